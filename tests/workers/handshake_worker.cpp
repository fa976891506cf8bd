// SPDX-License-Identifier: Apache-2.0
// Breaks the handshake with its host. The environment variable HANDSHAKE says how.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "ipc/handshake.hpp"
#include "workers/attached.hpp"

namespace {

using namespace inferpool::ipc;

[[noreturn]] void stay() {
  for (;;) ::poll(nullptr, 0, 1000);
}

void say(const ControlSocket& socket, const MessageHead& head, std::string_view text = {}) {
  if (!socket.send(head, text, {})) std::fputs("the message could not be sent\n", stderr);
}

void greet(const ControlSocket& socket, std::string_view signature, int generation = 0) {
  MessageHead head;
  head.generation = generation;
  say(socket, head, signature);
}

void shake_hands(ControlSocket& socket, std::string_view how, std::string_view signature) {
  MessageHead head;
  if (how == "old version") {
    head.protocol = kProtocolVersion - 1;
    return say(socket, head, signature);
  }
  if (how == "other ABI") {
    head.abi += 1;
    return say(socket, head, signature);
  }
  if (how == "other signature") return greet(socket, "struct of somebody else -> Tensor");
  if (how == "ready first") {
    head.kind = MessageKind::kReady;
    return say(socket, head);
  }
  if (how == "noise") {
    if (::write(socket.fd(), "noise", 5) != 5) std::perror("write");
    return;
  }
  if (how == "other magic") {
    head.magic = 1;
    return say(socket, head, signature);
  }
  if (how == "exit after ready 1") return;  // only worker 0 goes on from here
  greet(socket, signature);
  Message welcome;
  socket.receive(welcome, true);
  if (how == "exit after ready 0") {
    head.kind = MessageKind::kReady;
    head.generation = welcome.head.generation;
    say(socket, head);
    ::_exit(0);
  }
  if (how == "exit after hello") ::_exit(0);
  if (how == "hello twice") return greet(socket, signature, welcome.head.generation);
  head.kind = MessageKind::kReady;
  head.generation = welcome.head.generation + 1;  // "other generation"
  say(socket, head);
}

}  // namespace

int main(int argc, char** argv) {
  const auto fd = inferpool::test::attached_by(argc, argv);
  const char* how = std::getenv("HANDSHAKE");
  const char* signature = std::getenv("SIGNATURE");
  if (how == nullptr || signature == nullptr || !fd) return 2;
  std::fputs("shaking hands\n", stderr);
  ControlSocket socket{inferpool::core::FileDescriptor(*fd)};
  if (how != std::string_view("silent")) shake_hands(socket, how, signature);
  stay();
}
