// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Of one contestant: how many times the images a second of one thread of the same round, and how
// many images, as medians.
struct Figure {
  std::string name;
  int size = 0;  // threads or workers
  bool is_pool = false;
  double images = 0;
  double times = 0;
};

void print_table(const std::vector<Figure>& figures);

// Draws the figures into an SVG file, with gnuplot; false where there is none.
bool draw(const std::vector<Figure>& figures, const std::filesystem::path& file);
