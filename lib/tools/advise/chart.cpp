// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/chart.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/format.hpp"

namespace inferpool::tools {
namespace {

// In pixels. The margins hold the title and the axes' words.
constexpr double kWidth = 640;
constexpr double kHeight = 400;
constexpr double kLeft = 80;
constexpr double kRight = 30;
constexpr double kTop = 60;
constexpr double kBottom = 60;
constexpr double kRoomAbove = 1.15;  // for the words above the highest point

constexpr std::string_view kBlue = "#1f77b4";
constexpr std::string_view kGrey = "#555555";

double in_process_rate(const Figures& figures) {
  return figures.single.run.median > 0 ? 1 / figures.single.run.median : 0;
}

// Where numbers lie in the picture.
class Axes {
 public:
  explicit Axes(const Figures& figures) {
    highest_ = in_process_rate(figures);
    for (const PoolLoad& load : figures.loads) {
      highest_ = std::max(highest_, load.calls_per_second.high);
      most_workers_ = std::max(most_workers_, load.workers);
    }
  }

  [[nodiscard]] double x(double workers) const {
    return kLeft + (kWidth - kLeft - kRight) * workers / (most_workers_ + 0.5);
  }
  [[nodiscard]] double y(double rate) const {
    const double share = highest_ > 0 ? rate / (highest_ * kRoomAbove) : 0;
    return kHeight - kBottom - (kHeight - kTop - kBottom) * share;
  }
  // 1, 2 or 5 times a power of ten, three to eight of which reach the highest rate.
  [[nodiscard]] double tick() const {
    if (highest_ <= 0) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(highest_)));
    for (const double times : {0.2, 0.5}) {
      if (highest_ / (times * power) <= 8) return times * power;
    }
    return power;
  }
  [[nodiscard]] double highest() const { return highest_; }

 private:
  double highest_ = 0;
  int most_workers_ = 1;
};

// A name may be any bytes, and XML takes UTF-8 only.
std::string valid_utf8(const std::string& text) {
  using Json = nlohmann::json;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char character : valid_utf8(text)) {
    switch (character) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += static_cast<unsigned char>(character) < ' ' ? ' ' : character;
    }
  }
  return result;
}

// 1.5 M, 20 k, 300, 0.25
std::string short_number(double number) {
  constexpr std::array kUnits{std::pair{1e6, " M"}, std::pair{1e3, " k"}};
  for (const auto& [size, name] : kUnits) {
    if (number >= size) return core::formatted("{:.3g}{}", number / size, name);
  }
  return core::formatted("{:.3g}", number);
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return core::formatted("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                         anchor, text);
}

std::string line(double x1, double y1, double x2, double y2, std::string_view colour,
                 std::string_view more = {}) {
  return core::formatted(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"{}/>\n", x1, y1,
      x2, y2, colour, more);
}

std::string drawn_axes(const Axes& axes, const Figures& figures) {
  const double right = kWidth - kRight;
  std::string text;
  for (double rate = 0; rate <= axes.highest() * kRoomAbove; rate += axes.tick()) {
    const double y = axes.y(rate);
    text += line(kLeft, y, right, y, "#dddddd");
    text += text_at(kLeft - 8, y + 4, "end", short_number(rate));
  }
  for (const PoolLoad& load : figures.loads)
    text += text_at(axes.x(load.workers), kHeight - kBottom + 20, "middle",
                    std::to_string(load.workers));
  text += text_at((kLeft + right) / 2, kHeight - 16, "middle", "workers");
  return text + text_at(kLeft, kTop - 8, "middle", "calls/s");
}

// Each pool: its median, its quartiles, and how often it answers where one thread answers once.
std::string drawn_pools(const Axes& axes, const Figures& figures) {
  std::string way;
  std::string marks;
  for (const PoolLoad& load : figures.loads) {
    const Spread& rate = load.calls_per_second;
    const double x = axes.x(load.workers);
    way += core::formatted("{}{:.1f},{:.1f}", way.empty() ? "" : " ", x, axes.y(rate.median));
    marks += line(x, axes.y(rate.low), x, axes.y(rate.high), kBlue, " stroke-width=\"3\"");
    marks += core::formatted("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", x,
                             axes.y(rate.median), kBlue);
    const double times = rate.median * figures.single.run.median;
    marks += text_at(x, axes.y(rate.high) - 10, "middle", core::formatted("{:.2f} x", times));
  }
  return core::formatted("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n{}", way, kBlue,
                         marks);
}

// A dashed line, and above the axes what it means: beside the line the words could hide a point.
std::string drawn_in_process(const Axes& axes, const Figures& figures) {
  constexpr std::string_view kDashed = " stroke-dasharray=\"6 4\"";
  constexpr double kKey = kTop - 12;
  constexpr double kKeyWords = 250;
  const double right = kWidth - kRight;
  const double y = axes.y(in_process_rate(figures));
  return line(kLeft, y, right, y, kGrey, kDashed) +
         line(right - kKeyWords - 40, kKey, right - kKeyWords - 8, kKey, kGrey, kDashed) +
         text_at(right - kKeyWords, kKey + 4, "start", "one thread in your process, calculated");
}

}  // namespace

std::string to_svg(const Subject& subject, const Figures& figures) {
  const Axes axes(figures);
  const std::string title =
      core::formatted("{}, asked with {}, on {} usable core{}", subject.model, subject.input,
                      figures.cores, figures.cores == 1 ? "" : "s");
  return core::formatted(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
             "font-family=\"sans-serif\" font-size=\"13\">\n"
             "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
             kWidth, kHeight) +
         text_at(kWidth / 2, 26, "middle", escaped(title)) + drawn_axes(axes, figures) +
         drawn_in_process(axes, figures) + drawn_pools(axes, figures) + "</svg>\n";
}

}  // namespace inferpool::tools
