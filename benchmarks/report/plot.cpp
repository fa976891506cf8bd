// SPDX-License-Identifier: Apache-2.0
#include "report/plot.hpp"

#include <fmt/format.h>

namespace bench {

namespace {

// The text in gnuplot's double quotes.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string places(const std::vector<std::string>& x) {
  std::string result;
  for (std::size_t i = 0; i < x.size(); ++i)
    result += fmt::format("{}{} {}", i == 0 ? "" : ", ", quoted(x[i]), i);
  return result;
}

std::string data(std::size_t index, const Series& series) {
  std::string result = fmt::format("$data{} << END\n", index);
  for (std::size_t i = 0; i < series.values.size(); ++i)
    if (series.values[i]) result += fmt::format("{} {}\n", i, *series.values[i]);
  return result + "END\n";
}

}  // namespace

std::string gnuplot_script(const Plot& plot) {
  std::string script = fmt::format(
      "# SPDX-License-Identifier: Apache-2.0\n"
      "set terminal svg size 900,520 noenhanced background rgb 'white'\n"
      "set output {}\nset title {}\nset xlabel {}\nset ylabel {}\n"
      "set logscale y\nset format y '%.0s %c'\nset grid ytics\nset key outside right\n"
      "set xrange [-0.3:{}.3]\nset xtics ({})\n",
      quoted(plot.name + ".svg"), quoted(plot.title), quoted(plot.x_label), quoted(plot.y_label),
      plot.x.empty() ? 0 : plot.x.size() - 1, places(plot.x));
  std::string lines;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    script += data(i, plot.series[i]);
    lines += fmt::format("{} $data{} using 1:2 with linespoints title {}", i == 0 ? "plot" : ",", i,
                         quoted(plot.series[i].name));
  }
  return script + lines + "\n";
}

}  // namespace bench
