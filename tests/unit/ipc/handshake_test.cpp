// SPDX-License-Identifier: Apache-2.0
#include "ipc/handshake.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "catch.hpp"
#include "ipc/segment.hpp"

namespace inferpool::ipc {
namespace {

TEST_CASE("a message arrives with its numbers, its text and its descriptors") {
  auto [host, worker] = ControlSocket::pair();
  const MemoryFile memory = MemoryFile::create("test", 4096);
  MessageHead head;
  head.kind = MessageKind::kWelcome;
  head.index = 3;
  head.generation = 17;
  head.reply_bytes = 1ULL << 40;
  const std::array<int, 2> descriptors{memory.fd(), memory.fd()};
  REQUIRE(host.send(head, "some text", descriptors));

  Message message;
  REQUIRE(worker.receive(message, false) == Received::kMessage);
  CHECK(message.head.kind == MessageKind::kWelcome);
  CHECK(message.head.index == 3);
  CHECK(message.head.generation == 17);
  CHECK(message.head.reply_bytes == 1ULL << 40);
  CHECK(message.text == "some text");
  REQUIRE(message.descriptors.size() == 2);
  CHECK(MemoryFile::adopt(std::move(message.descriptors[0]), 4096).size() == 4096);
  CHECK((fcntl(message.descriptors[1].get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("nothing is received without a message, and the end once the other end is gone") {
  auto [host, worker] = ControlSocket::pair();
  Message message;
  CHECK(host.receive(message, false) == Received::kNothing);
  worker.close();
  CHECK(host.receive(message, false) == Received::kEnd);
  CHECK_FALSE(host.send({}, "nobody hears", {}));
}

TEST_CASE("four bytes are the reason why an executable could not be run") {
  auto [host, worker] = ControlSocket::pair();
  const int number = ENOEXEC;
  REQUIRE(write(worker.fd(), &number, sizeof(number)) == sizeof(number));
  Message message;
  REQUIRE(host.receive(message, false) == Received::kMessage);
  CHECK(message.exec_error == ENOEXEC);
}

TEST_CASE("a datagram that is no message of ours is noise") {
  auto [host, worker] = ControlSocket::pair();
  Message message;
  SECTION("too short") {
    REQUIRE(write(worker.fd(), "hello", 5) == 5);
    CHECK(host.receive(message, false) == Received::kNoise);
  }
  SECTION("wrong magic") {
    MessageHead head;
    head.magic = 42;
    REQUIRE(worker.send(head, "", {}));
    CHECK(host.receive(message, false) == Received::kNoise);
  }
  SECTION("longer than any") {
    const std::string bytes(sizeof(MessageHead) + ControlSocket::kMaxText + 1, 'x');
    REQUIRE(write(worker.fd(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    CHECK(host.receive(message, false) == Received::kNoise);
  }
}

TEST_CASE("a long text is cut, not lost") {
  auto [host, worker] = ControlSocket::pair();
  REQUIRE(worker.send({}, std::string(ControlSocket::kMaxText + 100, 't'), {}));
  Message message;
  REQUIRE(host.receive(message, false) == Received::kMessage);
  CHECK(message.text.size() == ControlSocket::kMaxText);
}

TEST_CASE("a full buffer makes send fail instead of block") {
  auto [host, worker] = ControlSocket::pair();
  int sent = 0;
  while (sent < 100'000 && worker.send({}, std::string(1000, 'x'), {})) ++sent;
  CHECK(sent < 100'000);
}

TEST_CASE("both ends of a pair are close-on-exec and have numbers above 2") {
  auto [host, worker] = ControlSocket::pair();
  for (const int fd : {host.fd(), worker.fd()}) {
    CHECK(fd > 2);
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
}

}  // namespace
}  // namespace inferpool::ipc
