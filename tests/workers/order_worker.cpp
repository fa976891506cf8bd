// SPDX-License-Identifier: Apache-2.0
// Carries out orders, and counts the wake-ups that it misses. Settings::extra names the file of the
// count: {"lost_wakes": "/..."}.
#include <memory>

#include <inferpool/worker.hpp>

#include "ipc/lost_wakes.hpp"
#include "settings/json_reader.hpp"
#include "workers/orders.hpp"
#include "workers/shared_count.hpp"

namespace inferpool::test {
namespace {

struct CountingOrders : OrderModel {
  static constexpr bool thread_safe = true;
  explicit CountingOrders(const Settings& settings) : OrderModel(settings) {
    // Static, since threads of the process may still wait when this object is gone.
    static const SharedCount lost(
        settings::json::read(settings.extra, "extra").members.at(0).value.text);
    ipc::count_lost_wakes(&lost.number());
  }
  std::optional<Tensor> predict(const Tensor& input, Stream<Tensor>& stream, Context& context) {
    return OrderModel::predict(input, stream, context);
  }
};

}  // namespace
}  // namespace inferpool::test

int main(int argc, char** argv) {
  return inferpool::run_worker<inferpool::test::CountingOrders>(argc, argv);
}
