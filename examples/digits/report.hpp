// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include <inferpool/settings.hpp>

#include "held_out.hpp"
#include "load.hpp"

// How the answers of the pool and of the model in this process compare, image by image.
struct Comparison {
  std::size_t images = 0;
  std::size_t identical = 0;     // the same digit from both, in every round
  float largest_difference = 0;  // between two scores of one image
};
Comparison compare(const Outcome& pool, const Outcome& in_process, std::size_t images);

// Images of the first round that were recognised.
std::size_t count_right(const Outcome& outcome, std::span<const LabelledImage> images);

void print_head(const inferpool::Settings& settings, const Plan& plan, std::size_t images);
// Which process served how many requests, and what the killed one meant to the callers.
void print_workers(const Outcome& outcome);
void print_comparison(const Outcome& pool, const Outcome& in_process, const Comparison& both,
                      std::span<const LabelledImage> images);
// One image that was taken for another digit, with its scores.
void print_mistake(const Outcome& outcome, std::span<const LabelledImage> images);
void print_interrupted(int signal, const Outcome& outcome);
