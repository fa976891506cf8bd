// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <cstdio>
#include <cstdlib>
#include <thread>

void print_table(const std::vector<Figure>& figures) {
  std::printf("  %-12s %10s  %s\n", "", "images/s", "times one thread");
  for (const Figure& figure : figures) {
    std::printf("  %-12s %10.0f  %16.2f\n", figure.name.c_str(), figure.images, figure.times);
  }
}

namespace {

void write_points(std::FILE* gnuplot, const std::vector<Figure>& figures, bool pools) {
  for (const Figure& figure : figures) {
    if (figure.is_pool == pools) std::fprintf(gnuplot, "%d %f\n", figure.size, figure.times);
  }
  std::fprintf(gnuplot, "e\n");
}

}  // namespace

bool draw(const std::vector<Figure>& figures, const std::filesystem::path& file) {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0) return false;
  std::FILE* const gnuplot = popen("gnuplot", "we");
  if (gnuplot == nullptr) return false;
  std::fprintf(gnuplot,
               "set terminal svg size 640,400 background 'white'\n"
               "set output '%s'\n"
               "set title 'Digits read by a Python class, %u cores'\n"
               "set xlabel 'threads of one process, or workers of a pool'\n"
               "set ylabel 'times one thread'\n"
               "set key left top\nset grid ytics\n"
               "set xrange [0.5:4.5]\nset yrange [0:*]\nset xtics (1, 2, 4)\n"
               "plot '-' with linespoints pointtype 7 title 'pool of workers', "
               "'-' with linespoints pointtype 5 title 'threads of one process'\n",
               file.c_str(), std::thread::hardware_concurrency());
  write_points(gnuplot, figures, true);
  write_points(gnuplot, figures, false);
  return pclose(gnuplot) == 0;
}
