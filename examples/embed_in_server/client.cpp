// SPDX-License-Identifier: Apache-2.0
// Asks the server over many connections at once and compares every answer with the model's own;
// meanwhile it may kill the server's workers.
//   client <port> <connections> <lines of each> [<server's pid> <kills>]
// Exit status 0: every line has the right answer, or an "error: ..." of the server, which is
// counted.
#include <utility>  // before awaitable.hpp of Boost 1.74, which needs it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "language.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Tally {
  int right = 0;
  int wrong = 0;
  int unanswered = 0;
  int kills = 0;
  std::map<std::string, int> errors = {};
};

std::string a_line(std::mt19937& random) {
  static constexpr const char* kWords[] = {"the", "der", "le",    "el",  "and",  "und",    "et",
                                           "y",   "of",  "nicht", "pas", "como", "tensor", "zu"};
  std::string line;
  for (auto words = random() % 30; words > 0; --words)
    line += std::string(kWords[random() % std::size(kWords)]) + (words > 1 ? " " : "");
  return line;
}

asio::awaitable<void> ask(tcp::endpoint server, int lines, unsigned seed, Tally& tally) {
  std::mt19937 random(seed);
  Language model{inferpool::Settings{}};
  int asked = 0;
  try {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(server, asio::use_awaitable);
    std::string input;
    for (; asked < lines; ++asked) {
      const std::string line = a_line(random);
      const std::string sent = line + '\n';
      co_await asio::async_write(socket, asio::buffer(sent), asio::use_awaitable);
      const std::size_t end = co_await asio::async_read_until(socket, asio::dynamic_buffer(input),
                                                              '\n', asio::use_awaitable);
      const std::string answer = input.substr(0, end - 1);
      input.erase(0, end);
      if (answer.starts_with("error: ")) {
        ++tally.errors[answer];
      } else {
        ++(answer == model.predict(line) ? tally.right : tally.wrong);
      }
    }
  } catch (const boost::system::system_error&) {
    tally.unanswered += lines - asked;
  }
}

std::vector<int> children_of(int pid) {
  std::vector<int> children;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream file(task.path() / "children");
    for (int child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

// Kills a worker now and then, while connections ask. It takes the oldest worker, and only while
// all workers live and answers arrive, so that the worker is one that serves.
asio::awaitable<void> kill_workers(int server, int kills, Tally& tally, const int& asking) {
  const std::size_t all = children_of(server).size();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  int answers = 0;
  while (tally.kills < kills && asking > 0) {
    const std::vector<int> workers = children_of(server);
    if (workers.size() == all && tally.right > answers + 300 &&
        kill(workers.front(), SIGKILL) == 0) {
      ++tally.kills;
      answers = tally.right;
    }
    timer.expires_after(std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 6) {
    std::cerr << "usage: client <port> <connections> <lines> [<server's pid> <kills>]\n";
    return 2;
  }
  asio::io_context loop(1);
  Tally tally;
  int asking = std::atoi(argv[2]);
  const tcp::endpoint server(asio::ip::address_v4::loopback(),
                             static_cast<unsigned short>(std::atoi(argv[1])));
  for (int i = asking; i > 0; --i) {
    asio::co_spawn(loop, ask(server, std::atoi(argv[3]), static_cast<unsigned>(i), tally),
                   [&](const std::exception_ptr&) { --asking; });
  }
  if (argc == 6) {
    asio::co_spawn(loop, kill_workers(std::atoi(argv[4]), std::atoi(argv[5]), tally, asking),
                   asio::detached);
  }
  loop.run();
  std::cout << "right " << tally.right << ", wrong " << tally.wrong << ", unanswered "
            << tally.unanswered << ", workers killed " << tally.kills << '\n';
  for (const auto& [error, count] : tally.errors) std::cout << count << " times " << error << '\n';
  return tally.wrong == 0 && tally.unanswered == 0 ? 0 : 1;
}
