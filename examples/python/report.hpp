// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

// The result of one contestant as medians: `images` per second, and `times` as many as one thread
// read in the same round.
struct Figure {
  std::string name;
  int size = 0;  // threads or workers
  bool is_pool = false;
  double images = 0;
  double times = 0;
};

void print_table(const std::vector<Figure>& figures);

// Draws the figures into an SVG file with gnuplot; false if there is no gnuplot.
bool draw(const std::vector<Figure>& figures, const std::filesystem::path& file);
