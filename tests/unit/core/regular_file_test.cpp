// SPDX-License-Identifier: Apache-2.0
#include "core/regular_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/unwritten_pipe.hpp"

namespace inferpool::test {
namespace {

std::string refusal(const std::string& file) {
  const core::RegularFile opened = core::open_regular_file(file);
  CHECK_FALSE(opened.fd);
  return opened.why;
}

core::FileDescriptor socket_at(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  REQUIRE(path.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.data(), path.size());
  core::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return fd;
}

TEST_CASE("a regular file is opened with its size") {
  const ScratchFolder folder;
  write_file(folder / "it", "12345");
  const core::RegularFile opened = core::open_regular_file(folder / "it");
  REQUIRE(opened.fd);
  CHECK(opened.size == 5);
  CHECK(opened.why.empty());
  CHECK((::fcntl(opened.fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  std::string read(8, '\0');
  CHECK(::read(opened.fd.get(), read.data(), read.size()) == 5);
}

TEST_CASE("a pipe that nobody writes is refused at once") {
  const UnwrittenPipe pipe;
  CHECK(pipe.read_by([&] { return core::open_regular_file(pipe.path()).why; }) ==
        "is a pipe; accepted: a regular file");
}

TEST_CASE("a path that is not a regular file is refused in words") {
  const ScratchFolder folder;
  const core::FileDescriptor socket = socket_at(folder / "socket");
  CHECK(refusal(folder / "socket") == "is a socket; accepted: a regular file");
  CHECK(refusal("/") == "is a directory; accepted: a regular file");
  CHECK(refusal("/dev/zero") == "is a device; accepted: a regular file");
  CHECK(refusal(folder / "none") == "cannot be read: No such file or directory");
  CHECK(refusal("") == "cannot be read: No such file or directory");
}

TEST_CASE("a link is as good as the file that it names") {
  const ScratchFolder folder;
  write_file(folder / "it", "1");
  std::filesystem::create_symlink(folder / "it", folder / "link");
  CHECK(core::open_regular_file(folder / "link").size == 1);
}

}  // namespace
}  // namespace inferpool::test
