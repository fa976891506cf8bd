// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/peers.hpp"

#include <exception>
#include <filesystem>
#include <string>
#include <utility>

#include "ipc_overhead/message_queue_peer.hpp"
#include "ipc_overhead/program_peer.hpp"
#include "ipc_overhead/stream_peer.hpp"
#if defined(BENCH_WITH_ZEROMQ)
#include "ipc_overhead/zeromq_peer.hpp"
#endif

namespace bench {

namespace {

using Peers = std::vector<std::unique_ptr<Peer>>;

template <typename Make>
void add(Peers& peers, Results& results, const std::string& name, const Make& make) {
  try {
    peers.push_back(make());
  } catch (const std::exception& error) {
    results.left_out.push_back(name + ": " + error.what());
  }
}

void add_zeromq(Peers& peers, const CorePair& cores, Results& results) {
#if defined(BENCH_WITH_ZEROMQ)
  add(peers, results, "ZeroMQ", [&] { return make_zeromq_peer(cores); });
#else
  static_cast<void>(peers);
  static_cast<void>(cores);
  results.left_out.emplace_back("ZeroMQ: install libzmq3-dev, and build again");
#endif
}

void add_iceoryx(Peers& peers, const CorePair& cores, Results& results) {
#if defined(BENCH_ROUDI)
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "bench_iceoryx_peer";
  add(peers, results, "iceoryx", [&] {
    // The largest chunks in the daemon's default configuration have 4 MiB.
    return std::make_unique<ProgramPeer>(
        "iceoryx, polling", false, 4U << 20U,
        std::vector{program, std::string(BENCH_ROUDI), std::to_string(cores.caller),
                    std::to_string(cores.worker)});
  });
#else
  static_cast<void>(peers);
  static_cast<void>(cores);
  results.left_out.emplace_back(
      "iceoryx: install iceoryx and libiceoryx-posh-dev, and build again");
#endif
}

void add_python(Peers& peers, const CorePair& cores, Results& results, const std::string& kind) {
#if defined(BENCH_PYTHON)
  add(peers, results, "Python", [&] {
    return std::make_unique<ProgramPeer>(
        "Python multiprocessing, " + kind, true, 64U << 20U,
        std::vector{std::string(BENCH_PYTHON), std::string(BENCH_PYTHON_PEER), kind,
                    std::to_string(cores.caller), std::to_string(cores.worker)});
  });
#else
  static_cast<void>(peers);
  static_cast<void>(cores);
  results.left_out.push_back("Python's multiprocessing, " + kind +
                             ": install python3, and build again");
#endif
}

}  // namespace

Peers make_peers(const CorePair& cores, Results& results) {
  Peers peers;
  add(peers, results, "pipe", [&] { return make_pipe_peer(cores); });
  add(peers, results, "Unix socket", [&] { return make_unix_socket_peer(cores); });
  add(peers, results, "Boost message_queue", [&] { return make_message_queue_peer(cores); });
  add_zeromq(peers, cores, results);
  // Later forks of this process would hold the ends of these programs' pipes, so they come last.
  add_iceoryx(peers, cores, results);
  add_python(peers, cores, results, "pipe");
  add_python(peers, cores, results, "queue");
  return peers;
}

}  // namespace bench
