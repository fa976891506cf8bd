// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace inferpool::tools {

// What the parts of one measurement say: their median and their quartiles.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};

// One caller and one worker. Times in seconds.
struct SingleCall {
  Spread run = {};      // predict, with the worker's decode and encode
  double p50 = 0;       // of the whole call, through the pool
  double p99 = 0;       // likewise
  double overhead = 0;  // of the whole call over its run
};

// As many workers, each of which always has a call to run and one that waits.
struct PoolLoad {
  int workers = 0;
  Spread calls_per_second = {};
  double run = 0;  // seconds of one call in its worker meanwhile
};

// A model that only computes, for so long. Times in seconds.
struct RunTimeFigures {
  double run = 0;
  double overhead = 0;  // of one call at a time over its run
  double gain = 0;      // calls a second of a pool under load, over those of one thread
};

struct Figures {
  int cores = 1;                           // that the host and its workers may keep busy
  SingleCall single = {};                  // the model
  std::vector<PoolLoad> loads = {};        // the model: 1, 2, ... workers
  std::vector<RunTimeFigures> probe = {};  // what as many bytes cost, from short runs to long ones
  int probe_workers = 0;
};

// What counts as little: the share of its run that a pool adds to a call.
inline constexpr double kSmallShare = 0.05;

}  // namespace inferpool::tools
