// SPDX-License-Identifier: Apache-2.0
// Runs loops on OpenCV's own threads, which its filters and networks use, too.
#include <inferpool/worker.hpp>
#include <opencv2/core/utility.hpp>

#include "models/work.hpp"
#include "threads/threaded_model.hpp"

namespace {

struct Filters {
  void operator()() {
    for (int filter = 0; filter < 12; ++filter) {
      cv::parallel_for_(cv::Range(0, 64), [](const cv::Range& rows) {
        for (int row = rows.start; row < rows.end; ++row) bench::work(1500);
      });
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  return inferpool::run_worker<bench::ThreadedModel<Filters>>(argc, argv);
}
