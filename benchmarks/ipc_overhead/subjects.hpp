// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/pool.hpp>
#include <memory>
#include <vector>

#include "ipc_overhead/cache_line.hpp"
#include "ipc_overhead/crossing.hpp"
#include "ipc_overhead/parked_futex.hpp"
#include "ipc_overhead/peer.hpp"
#include "measure/cores.hpp"
#include "measure/rounds.hpp"
#include "models/echo_model.hpp"
#include "models/premade_model.hpp"

namespace bench {

using EchoPool = inferpool::Pool<EchoModel>;
using PremadePool = inferpool::Pool<PremadeModel>;

inline constexpr std::size_t kLargestPayload = 64U << 20U;

// All contenders that take turns on the two cores; the others sleep meanwhile. The calling thread
// is pinned to the caller's core while this lives.
class Subjects {
 public:
  // Makes floors and pools. For figures that nothing else may disturb there are no peers. Peers
  // fork, so make them before this process has other threads.
  explicit Subjects(const CorePair& cores, std::vector<std::unique_ptr<Peer>> peers = {});

  // Pools of one worker, with default settings or with `spin = 0`. The worker is pinned from
  // outside, so that the settings stay the default ones.
  [[nodiscard]] EchoPool& echo() { return echo_; }
  [[nodiscard]] PremadePool& premade() { return premade_; }
  [[nodiscard]] EchoPool& cold_echo() { return cold_echo_; }
  [[nodiscard]] PremadePool& cold_premade() { return cold_premade_; }

  [[nodiscard]] Contender cache_line();
  [[nodiscard]] Contender parked_futex();
  // Three copies of as many bytes, which cross between the cores twice.
  [[nodiscard]] Contender crossing(std::size_t bytes);
  // Two warm copies of as many bytes in this thread.
  [[nodiscard]] static Contender two_copies(std::size_t bytes);
  [[nodiscard]] static Contender direct_call(std::size_t bytes);
  // workers = 0
  [[nodiscard]] Contender in_process(std::size_t bytes);
  // A tensor that borrows the caller's memory, and an echo of it.
  [[nodiscard]] static Contender ordinary(EchoPool& pool, std::size_t bytes,
                                          const std::string& name);
  // A loaned tensor, and an answer that the model made before.
  [[nodiscard]] static Contender loaned(PremadePool& pool, std::size_t bytes,
                                        const std::string& name);
  [[nodiscard]] std::vector<Contender> peers(std::size_t bytes);
  [[nodiscard]] const std::vector<std::unique_ptr<Peer>>& all_peers() const { return peers_; }

 private:
  // The floors' processes hold the ends of the peers' pipes, so they go first.
  std::vector<std::unique_ptr<Peer>> peers_;
  CacheLine cache_line_;
  ParkedFutex parked_futex_;
  Crossing crossing_;
  EchoPool echo_;
  EchoPool cold_echo_;
  EchoPool in_process_;
  PremadePool premade_;
  PremadePool cold_premade_;
  Pinned pinned_;
};

}  // namespace bench
