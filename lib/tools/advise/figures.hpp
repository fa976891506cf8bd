// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace inferpool::tools {

// The median and the quartiles of the parts of one measurement.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};

// One caller and one worker. Times in seconds.
struct SingleCall {
  Spread run = {};      // predict, with the worker's decode and encode
  double p50 = 0;       // of the whole call, through the pool
  double p99 = 0;       // of the whole call, through the pool
  double overhead = 0;  // what the whole call takes longer than its run
};

// A pool of `workers` under load: each worker always has a call to run and one that waits.
struct PoolLoad {
  int workers = 0;
  Spread calls_per_second = {};
  double run = 0;  // seconds of one run under this load
};

// A model that only computes, for `run` seconds. Times in seconds.
struct RunTimeFigures {
  double run = 0;
  double overhead = 0;  // what one call at a time takes longer than its run
  double gain = 0;      // calls per second of a pool under load, divided by those of one thread
};

struct Figures {
  int cores = 1;                           // those that the host and its workers may keep busy
  SingleCall single = {};                  // the model
  std::vector<PoolLoad> loads = {};        // the model: 1, 2, ... workers
  std::vector<RunTimeFigures> probe = {};  // the same payload, from short runs to long ones
  int probe_workers = 0;
};

// If a pool adds at most this share of the run to a call, its overhead counts as small.
inline constexpr double kSmallShare = 0.05;

}  // namespace inferpool::tools
