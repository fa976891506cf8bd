// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/zeromq_peer.hpp"

#include <unistd.h>
#include <zmq.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "ipc_overhead/child.hpp"
#include "measure/cores.hpp"

namespace bench {

namespace {

constexpr std::size_t kLimit = 64U << 20U;

void check(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string(what) + ": " + zmq_strerror(zmq_errno()));
}

std::size_t receive(void* socket, std::vector<std::byte>& buffer) {
  const int size = zmq_recv(socket, buffer.data(), buffer.size(), 0);
  check(size >= 0, "zmq_recv");
  return static_cast<std::size_t>(size);
}

void send(void* socket, const std::vector<std::byte>& buffer, std::size_t bytes) {
  check(zmq_send(socket, buffer.data(), bytes, 0) >= 0, "zmq_send");
}

class ZeroMqPeer final : public Peer {
 public:
  explicit ZeroMqPeer(const CorePair& cores)
      : address_("ipc://@inferpool-bench-" + std::to_string(getpid())),
        child_(cores.worker, [this] { echo(); }) {
    const Pinned pinned(cores.caller);  // ZeroMQ's threads inherit the core of this end
    context_ = zmq_ctx_new();
    socket_ = zmq_socket(context_, ZMQ_REQ);
    check(socket_ != nullptr, "zmq_socket");
    const int linger = 0;
    zmq_setsockopt(socket_, ZMQ_LINGER, &linger, sizeof linger);
    check(zmq_bind(socket_, address_.c_str()) == 0, "zmq_bind");
  }
  ~ZeroMqPeer() override {
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }

  [[nodiscard]] std::string name() const override { return "ZeroMQ"; }
  [[nodiscard]] std::size_t limit() const override { return kLimit; }

  void work(std::size_t bytes, Nanoseconds slice, Samples& samples) override {
    if (request_.size() < bytes) request_.resize(bytes);
    if (reply_.size() < bytes) reply_.resize(bytes);
    time_each_warm(slice, samples, [&] {
      send(socket_, request_, bytes);
      receive(socket_, reply_);
    });
  }

 private:
  [[noreturn]] void echo() const {
    void* const socket = zmq_socket(zmq_ctx_new(), ZMQ_REP);
    check(socket != nullptr && zmq_connect(socket, address_.c_str()) == 0, "zmq_connect");
    std::vector<std::byte> buffer(kLimit);
    for (;;) send(socket, buffer, receive(socket, buffer));
  }

  std::string address_;
  Child child_;
  void* context_ = nullptr;
  void* socket_ = nullptr;
  std::vector<std::byte> request_ = {};
  std::vector<std::byte> reply_ = {};
};

}  // namespace

std::unique_ptr<Peer> make_zeromq_peer(const CorePair& cores) {
  return std::make_unique<ZeroMqPeer>(cores);
}

}  // namespace bench
