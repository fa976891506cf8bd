// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/subjects.hpp"

#include <cstring>
#include <string>
#include <utility>

namespace bench {

namespace {

inferpool::Settings of(const char* worker, int workers, bool spins = true) {
  inferpool::Settings settings;
  settings.worker = worker;
  settings.workers = workers;
  if (!spins) settings.spin = inferpool::Duration(0);
  return settings;
}

// Warm memory with the alignment of a tensor.
inferpool::Tensor filled(std::size_t bytes) {
  const auto elements = static_cast<std::int64_t>(bytes / sizeof(float));
  inferpool::Tensor tensor(inferpool::Datatype::kFp32, {elements});
  for (float& value : tensor.mutable_values<float>()) value = 1;
  return tensor;
}

// A new tensor over the caller's memory.
inferpool::Tensor borrowed(const inferpool::Tensor& source) {
  return inferpool::Tensor::borrow(source.values<float>(), source.shape());
}

template <typename Pool>
void pin_workers(const Pool& pool, int core) {
  for (const auto& worker : pool.stats().workers) pin(worker.pid, core);
}

}  // namespace

Subjects::Subjects(const CorePair& cores, std::vector<std::unique_ptr<Peer>> peers)
    : peers_(std::move(peers)),
      cache_line_(cores),
      parked_futex_(cores),
      crossing_(cores, kLargestPayload),
      echo_(of("bench_echo_worker", 1)),
      cold_echo_(of("bench_echo_worker", 1, false)),
      in_process_(of("bench_echo_worker", 0)),
      premade_(of("bench_premade_worker", 1)),
      cold_premade_(of("bench_premade_worker", 1, false)),
      pinned_(cores.caller) {
  pin_workers(echo_, cores.worker);
  pin_workers(cold_echo_, cores.worker);
  pin_workers(premade_, cores.worker);
  pin_workers(cold_premade_, cores.worker);
}

Contender Subjects::cache_line() {
  return {"cache line",
          [this](Nanoseconds slice, Samples& samples) { cache_line_.work(slice, samples); }};
}

Contender Subjects::parked_futex() {
  return {"parked futex",
          [this](Nanoseconds slice, Samples& samples) { parked_futex_.work(slice, samples); }};
}

Contender Subjects::crossing(std::size_t bytes) {
  return {"crossing copies", [this, bytes](Nanoseconds slice, Samples& samples) {
            crossing_.work(bytes, slice, samples);
          }};
}

Contender Subjects::two_copies(std::size_t bytes) {
  return {"2 x memcpy",
          [from = std::vector<char>(bytes, 1), between = std::vector<char>(bytes),
           to = std::vector<char>(bytes)](Nanoseconds slice, Samples& samples) mutable {
            time_each_warm(slice, samples, [&] {
              std::memcpy(between.data(), from.data(), from.size());
              keep(*between.data());
              std::memcpy(to.data(), between.data(), between.size());
              keep(*to.data());
            });
          }};
}

Contender Subjects::direct_call(std::size_t bytes) {
  return {"direct call", [source = filled(bytes), model = EchoModel(inferpool::Settings{})](
                             Nanoseconds slice, Samples& samples) mutable {
            time_each_warm(slice, samples, [&] { keep(model.predict(borrowed(source))); });
          }};
}

Contender Subjects::in_process(std::size_t bytes) {
  return ordinary(in_process_, bytes, "inferpool, workers = 0");
}

Contender Subjects::ordinary(EchoPool& pool, std::size_t bytes, const std::string& name) {
  return {name, [&pool, source = filled(bytes)](Nanoseconds slice, Samples& samples) {
            time_each_warm(slice, samples, [&] { keep(pool.infer(borrowed(source))); });
          }};
}

Contender Subjects::loaned(PremadePool& pool, std::size_t bytes, const std::string& name) {
  const auto elements = static_cast<std::int64_t>(bytes / sizeof(float));
  return {name, [&pool, shape = inferpool::Shape{elements}](Nanoseconds slice, Samples& samples) {
            time_each_warm(slice, samples, [&] { keep(pool.infer(pool.loan<float>(shape))); });
          }};
}

std::vector<Contender> Subjects::peers(std::size_t bytes) {
  std::vector<Contender> contenders;
  for (const auto& peer : peers_) {
    if (bytes > peer->limit()) continue;
    contenders.push_back({peer->name(), [&peer, bytes](Nanoseconds slice, Samples& samples) {
                            peer->work(bytes, slice, samples);
                          }});
  }
  return contenders;
}

}  // namespace bench
