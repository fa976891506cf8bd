// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include <inferpool/settings.hpp>

#include "held_out.hpp"
#include "load.hpp"

// The answers of the pool beside those of the model in this process, image by image.
struct Comparison {
  std::size_t images = 0;
  std::size_t identical = 0;     // the same digit from both, in every round
  float largest_difference = 0;  // between two scores of one image
};
Comparison compare(const Outcome& pool, const Outcome& in_process, std::size_t images);

// The number of images that were recognised in the first round.
std::size_t count_right(const Outcome& outcome, std::span<const LabelledImage> images);

void print_head(const inferpool::Settings& settings, const Plan& plan, std::size_t images);
// Prints which process served how many requests, and how the killed one affected the callers.
void print_workers(const Outcome& outcome);
void print_comparison(const Outcome& pool, const Outcome& in_process, const Comparison& both,
                      std::span<const LabelledImage> images);
// Prints one image that was taken for another digit, with its scores.
void print_mistake(const Outcome& outcome, std::span<const LabelledImage> images);
void print_interrupted(int signal, const Outcome& outcome);
