// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/output_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace inferpool::pool::processes {
namespace {

void put(const core::FileDescriptor& fd, std::string_view text) {
  REQUIRE(write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

// While it lives, this process's stderr is a pipe that nobody but the test reads.
class OwnStderr {
 public:
  OwnStderr() : before_(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    std::array<int, 2> fds{};
    REQUIRE(pipe2(fds.data(), O_CLOEXEC) == 0);
    read_end_ = core::FileDescriptor(fds[0]);
    const core::FileDescriptor write_end(fds[1]);
    fcntl(read_end_.get(), F_SETFL, O_NONBLOCK);
    REQUIRE(dup2(write_end.get(), STDERR_FILENO) == STDERR_FILENO);
  }
  OwnStderr(const OwnStderr&) = delete;
  OwnStderr& operator=(const OwnStderr&) = delete;
  ~OwnStderr() { dup2(before_.get(), STDERR_FILENO); }

  // What was written since the last call.
  std::string text() const {
    std::string result;
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t size = read(read_end_.get(), buffer.data(), buffer.size());
      if (size <= 0) return result;
      result.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  core::FileDescriptor before_;
  core::FileDescriptor read_end_;
};

const WorkerOutput kInherit{.kind = WorkerOutput::Kind::kInherit};

TEST_CASE("the last 4 KiB of a worker's output are kept") {
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCapture};
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "model", output, write_end);
  put(write_end, std::string(6000, 'a').append("the end"));
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
  core::FileDescriptor write_end;
  OutputPipe pipe(3, "model", output, write_end);
  put(write_end, "one\ntw");
  pipe.drain();
  CHECK(lines == std::vector<std::string>{"3:one"});
  put(write_end, "o\n\nthree\n");
  pipe.drain();
  CHECK(lines == std::vector<std::string>{"3:one", "3:two", "3:", "3:three"});
}

TEST_CASE("a callback gets a line over 64 KiB in pieces") {
  std::string all;
  std::size_t pieces = 0;
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCallback,
                            .callback = [&](int, std::string_view line) {
                              all += line;
                              ++pieces;
                            }};
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "model", output, write_end);
  for (int i = 0; i < 20; ++i) {
    put(write_end, std::string(4096, static_cast<char>('a' + i)));
    pipe.drain();
  }
  CHECK(pieces == 1);
  put(write_end, "the end\n");
  pipe.drain();
  CHECK(pieces == 2);
  CHECK(all.size() == 20 * 4096 + 7);
  CHECK(all.ends_with("ttthe end"));
}

TEST_CASE("on stderr each line has the model's name and the worker's index, however it arrives") {
  const OwnStderr own;
  core::FileDescriptor write_end;
  OutputPipe pipe(3, "digits", kInherit, write_end);
  put(write_end, "one\ntw");
  pipe.drain();
  CHECK(own.text() == "[digits/3] one\n");
  put(write_end, "o\n\nthree\n");
  pipe.drain();
  CHECK(own.text() == "[digits/3] two\n[digits/3] \n[digits/3] three\n");
  CHECK(pipe.tail() == "one\ntwo\n\nthree\n");
}

TEST_CASE("on stderr a last line without newline gets one when the worker ends") {
  const OwnStderr own;
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "digits", kInherit, write_end);
  put(write_end, "last words");
  write_end.reset();
  pipe.drain();
  CHECK(own.text().empty());
  pipe.finish();
  CHECK(own.text() == "[digits/0] last words\n");
}

TEST_CASE("on stderr a progress bar is shown as it moves, not at its end only", "[W19]") {
  const OwnStderr own;
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "digits", kInherit, write_end);
  put(write_end, "\r 10%");
  pipe.drain();
  CHECK(own.text() == "[digits/0]  10%\n");
  put(write_end, "\r 20%");
  pipe.drain();
  std::string text = own.text();  // not empty if it took so long that it is due already
  if (text.empty()) REQUIRE(pipe.next_show().has_value());
  const core::TimePoint latest = core::Clock::now() + std::chrono::seconds(30);
  while (text.empty() && core::Clock::now() < latest) {
    std::this_thread::yield();
    pipe.show_due();
    text = own.text();
  }
  CHECK(text == "[digits/0]  20%\n");
  put(write_end, "\r 30%\r100%\ndone\n");
  pipe.drain();
  CHECK(own.text() == "[digits/0] 100%\n[digits/0] done\n");
}

TEST_CASE("on stderr a long line comes in pieces that a pipe takes whole, nothing of it is lost") {
  const OwnStderr own;
  core::FileDescriptor write_end;
  OutputPipe pipe(0, GENERATE(std::string("digits"), std::string(5000, 'n')), kInherit, write_end);
  std::string sent;
  for (int i = 0; i < 5000; ++i) sent += std::to_string(i);
  put(write_end, sent + "\nshort\n");
  pipe.drain();
  std::istringstream in(own.text());
  std::string received;
  std::string line;
  std::size_t pieces = 0;
  for (; std::getline(in, line) && !line.ends_with("] short"); ++pieces) {
    CHECK(line.size() + 1 <= PIPE_BUF);
    received += line.substr(line.find("/0] ") + 4);
  }
  CHECK(received == sent);
  CHECK(pieces >= sent.size() / PIPE_BUF);
  CHECK(line.ends_with("/0] short"));
}

TEST_CASE("a stderr that takes nothing keeps nobody waiting, and gets whole lines again later") {
  const OwnStderr own;
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "digits", kInherit, write_end);
  std::string lines;
  for (int i = 0; i < 1500; ++i) lines += "x\n";
  for (int i = 0; i < 20; ++i) {  // with what is before them far more than stderr's pipe holds
    put(write_end, lines);
    pipe.drain();
  }
  const std::string full = own.text();
  CHECK(full.size() > 16 * 1024);
  CHECK(full.size() < 20 * 1500 * 10);
  put(write_end, "later\n");
  pipe.drain();
  std::istringstream in(full + own.text());
  std::string last;
  for (std::string line; std::getline(in, line); last = line)
    if (line != "[digits/0] x") CHECK(line == "[digits/0] later");
  CHECK(last == "[digits/0] later");
}

TEST_CASE("the pipe closes itself when the worker has closed its end") {
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCapture};
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "model", output, write_end);
  put(write_end, "last words");
  write_end.reset();
  pipe.drain();
  CHECK(pipe.fd() == -1);
  CHECK(pipe.tail() == "last words");
}

TEST_CASE("both ends of the pipe are close-on-exec, and reading never blocks") {
  const WorkerOutput output{.kind = WorkerOutput::Kind::kCapture};
  core::FileDescriptor write_end;
  OutputPipe pipe(0, "model", output, write_end);
  CHECK((fcntl(pipe.fd(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(write_end.get(), F_GETFD) & FD_CLOEXEC) != 0);
  pipe.drain();  // returns though nothing was written
  CHECK(pipe.fd() >= 0);
}

}  // namespace
}  // namespace inferpool::pool::processes
