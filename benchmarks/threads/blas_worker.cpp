// SPDX-License-Identifier: Apache-2.0
// Computes matrix products with OpenBLAS.
#include <cblas.h>

#include <inferpool/worker.hpp>
#include <vector>

#include "measure/timing.hpp"
#include "threads/threaded_model.hpp"

namespace {

class Products {
 public:
  void operator()() {
    for (int i = 0; i < 12; ++i) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSide, kSide, kSide, 1, a_.data(),
                  kSide, b_.data(), kSide, 0, c_.data(), kSide);
    }
    bench::keep(c_);
  }

 private:
  static constexpr int kSide = 192;
  static constexpr std::size_t kElements = std::size_t{kSide} * kSide;

  std::vector<float> a_ = std::vector<float>(kElements, 0.5F);
  std::vector<float> b_ = std::vector<float>(kElements, 0.25F);
  std::vector<float> c_ = std::vector<float>(kElements);
};

}  // namespace

int main(int argc, char** argv) {
  return inferpool::run_worker<bench::ThreadedModel<Products>>(argc, argv);
}
