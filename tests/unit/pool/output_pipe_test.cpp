// SPDX-License-Identifier: Apache-2.0
#include "pool/output_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool {
namespace {

void put(const FileDescriptor& fd, std::string_view text) {
  REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

TEST_CASE("the last 4 KiB of a worker's output are kept") {
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCapture};
  FileDescriptor write_end;
  OutputPipe pipe(0, output, write_end);
  put(write_end, std::string(6000, 'a') + "the end");
  pipe.drain();
  CHECK(pipe.tail().size() == OutputPipe::kTail);
  CHECK(pipe.tail().ends_with("aathe end"));
}

TEST_CASE("a callback gets whole lines with the worker's index, however they arrive") {
  std::vector<std::string> lines;
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCallback,
                            .callback = [&](int index, std::string_view line) {
                              lines.push_back(std::to_string(index) + ":" + std::string(line));
                            }};
  FileDescriptor write_end;
  OutputPipe pipe(3, output, write_end);
  put(write_end, "one\ntw");
  pipe.drain();
  CHECK(lines == std::vector<std::string>{"3:one"});
  put(write_end, "o\n\nthree\n");
  pipe.drain();
  CHECK(lines == std::vector<std::string>{"3:one", "3:two", "3:", "3:three"});
}

TEST_CASE("the pipe closes itself when the worker has closed its end") {
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCapture};
  FileDescriptor write_end;
  OutputPipe pipe(0, output, write_end);
  put(write_end, "last words");
  write_end.reset();
  pipe.drain();
  CHECK(pipe.fd() == -1);
  CHECK(pipe.tail() == "last words");
}

TEST_CASE("both ends of the pipe are close-on-exec, and reading never blocks") {
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCapture};
  FileDescriptor write_end;
  OutputPipe pipe(0, output, write_end);
  CHECK((fcntl(pipe.fd(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(write_end.get(), F_GETFD) & FD_CLOEXEC) != 0);
  pipe.drain();  // returns though nothing was written
  CHECK(pipe.fd() >= 0);
}

}  // namespace
}  // namespace inferpool::pool
