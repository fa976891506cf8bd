// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace {

// 45000 -> "45,000"
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

// (1, "worker") -> "1 worker"
std::string counted(std::uint64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string grouped(double number) { return grouped(static_cast<std::uint64_t>(number)); }

double per_second(const Outcome& outcome) {
  return static_cast<double>(outcome.sent) / outcome.elapsed.count();
}

double microseconds(inferpool::Duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

void print_worker(const inferpool::WorkerStats& worker, std::uint64_t served,
                  const std::string& note) {
  const std::string pid = worker.pid > 0 ? std::to_string(worker.pid) : "-";
  std::printf("  %6d %9s %10s%s\n", worker.index, pid.c_str(), grouped(served).c_str(),
              note.c_str());
}

void print_losses(const Outcome& outcome) {
  const std::string calls = counted(outcome.sent, "call");
  if (outcome.lost > 0) {
    std::printf("\n  LOST: %s of %s got no answer, but in the end\n    %s\n",
                grouped(outcome.lost).c_str(), calls.c_str(), outcome.failure.c_str());
    return;
  }
  const auto arrived = std::ranges::count(outcome.answers, true, &Answer::arrived);
  std::printf("\n  Nothing was lost: %s, %s.\n", calls.c_str(),
              counted(static_cast<std::uint64_t>(arrived), "answer").c_str());
  if (outcome.sent_again > 0) {
    std::printf("  Sent again: %s, because its worker died while running it:\n    %s\n",
                counted(outcome.sent_again, "call").c_str(), outcome.worker_lost.c_str());
  } else if (outcome.kill) {
    std::printf("  Sent again: none, because the killed worker was running none.\n");
  }
}

// One of eight rows, with two characters per pixel, darker for more ink.
std::string image_row(const LabelledImage& image, std::size_t row) {
  static constexpr std::array kShades = {" ", "░", "▒", "▓", "█"};
  std::string text;
  for (std::size_t column = 0; column < 8; ++column) {
    const auto shade = static_cast<std::size_t>(image.pixels[row * 8 + column] / 4 + 0.5F);
    text += kShades[shade];
    text += kShades[shade];
  }
  return text;
}

// A blank and a bar of up to 24 characters, in steps of an eighth of a character.
std::string bar(float share) {
  static constexpr std::array kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(share * 24 * 8));
  if (eighths == 0) return "";
  std::string text = " ";
  for (std::size_t full = 0; full < eighths / 8; ++full) text += "█";
  return text + kEighths[eighths % 8];
}

// The image whose wrong answer was the closest call, or the number of images.
std::size_t closest_mistake(const Outcome& outcome, std::span<const LabelledImage> images) {
  std::size_t found = images.size();
  float smallest = 2;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Answer& answer = outcome.answers[i];
    const float margin = answer.scores[answer.digit()] - answer.scores[images[i].digit];
    if (answer.arrived && answer.digit() != images[i].digit && margin < smallest) {
      smallest = margin;
      found = i;
    }
  }
  return found;
}

}  // namespace

Comparison compare(const Outcome& pool, const Outcome& in_process, std::size_t images) {
  std::vector<char> same(images, 1);
  Comparison comparison{.images = images};
  for (std::size_t r = 0; r < pool.answers.size(); ++r) {
    const Answer& a = pool.answers[r];
    const Answer& b = in_process.answers[r];
    if (!a.arrived || !b.arrived || a.digit() != b.digit()) same[r % images] = 0;
    for (std::size_t c = 0; c < Digits::kClasses; ++c) {
      comparison.largest_difference =
          std::max(comparison.largest_difference, std::abs(a.scores[c] - b.scores[c]));
    }
  }
  comparison.identical = static_cast<std::size_t>(std::ranges::count(same, 1));
  return comparison;
}

std::size_t count_right(const Outcome& outcome, std::span<const LabelledImage> images) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (outcome.answers[i].arrived && outcome.answers[i].digit() == images[i].digit) ++right;
  }
  return right;
}

void print_head(const inferpool::Settings& settings, const Plan& plan, std::size_t images) {
  std::printf("%s %s: %zu images of handwritten digits that it was never trained on\n",
              settings.name.c_str(), settings.version.c_str(), images);
  std::printf("%zu callers, %zu rounds: %s of one image each\n", plan.callers, plan.rounds,
              counted(images * plan.rounds, "call").c_str());
  std::fflush(stdout);  // for a file or a pipe, too: the rest takes a while
}

void print_workers(const Outcome& outcome) {
  std::uint64_t by_living = 0;
  if (!outcome.stats.workers.empty()) std::printf("\n  worker       pid     served\n");
  for (const inferpool::WorkerStats& worker : outcome.stats.workers) by_living += worker.served;
  for (const inferpool::WorkerStats& worker : outcome.stats.workers) {
    if (!outcome.kill || worker.index != outcome.kill->worker.index) {
      print_worker(worker, worker.served, "");
      continue;
    }
    const std::string note = "   killed (SIGKILL) at call " + grouped(outcome.kill->after);
    print_worker(outcome.kill->worker, outcome.stats.succeeded - by_living, note);
    if (worker.generation != outcome.kill->worker.generation) {
      print_worker(worker, worker.served, "   its successor");
    }
  }
  const std::uint64_t asked = outcome.kill ? 1 : 0;
  if (outcome.stats.deaths > asked) {
    std::printf("  and %s that ended unasked\n",
                counted(outcome.stats.deaths - asked, "worker").c_str());
  }
  print_losses(outcome);
}

void print_comparison(const Outcome& pool, const Outcome& in_process, const Comparison& both,
                      std::span<const LabelledImage> images) {
  const auto percent = [&](const Outcome& outcome) {
    return 100.0 * static_cast<double>(count_right(outcome, images)) /
           static_cast<double>(images.size());
  };
  const std::string workers = counted(pool.stats.workers.size(), "worker");
  std::printf("\n  %-12s %14s %14s\n", "", workers.c_str(), "in process");
  std::printf("  %-12s %12.2f %% %12.2f %%   %zu and %zu of %zu\n", "accuracy", percent(pool),
              percent(in_process), count_right(pool, images), count_right(in_process, images),
              images.size());
  std::printf("  %-12s %12s/s %12s/s\n", "throughput", grouped(per_second(pool)).c_str(),
              grouped(per_second(in_process)).c_str());
  std::printf("  %-12s %11.1f us %11.1f us\n", "mean call", microseconds(pool.stats.latency_mean),
              microseconds(in_process.stats.latency_mean));
  std::printf("  %-12s %11.1f ms %11.1f ms\n", "ready after", 1e3 * pool.startup.count(),
              1e3 * in_process.startup.count());
  std::printf("  %-12s identical: %zu of %zu; largest difference of a score: %g\n", "predictions",
              both.identical, both.images, static_cast<double>(both.largest_difference));
}

void print_mistake(const Outcome& outcome, std::span<const LabelledImage> images) {
  const std::size_t index = closest_mistake(outcome, images);
  if (index == images.size()) return;
  const LabelledImage& image = images[index];
  const Answer& answer = outcome.answers[index];
  std::printf("\n  The closest of its mistakes: image %zu, written as %zu, read as %zu\n\n",
              index + 1, image.digit, answer.digit());
  for (std::size_t row = 0; row < Digits::kClasses; ++row) {
    const bool inside = row >= 1 && row <= 8;  // the image beside the middle eight of ten scores
    const std::string ink = inside ? image_row(image, row - 1) : std::string(16, ' ');
    const char* note = row == image.digit ? "  written" : row == answer.digit() ? "  read" : "";
    std::printf("    %s    %zu %5.1f %%%s%s\n", ink.c_str(), row,
                100.0 * static_cast<double>(answer.scores[row]), bar(answer.scores[row]).c_str(),
                note);
  }
}

void print_interrupted(int signal, const Outcome& outcome) {
  std::printf("  %s: stopped after %s of %s. Those under way ended first; the pool is closed.\n",
              signal == SIGINT ? "SIGINT" : "SIGTERM", grouped(outcome.sent).c_str(),
              counted(outcome.answers.size(), "call").c_str());
}
