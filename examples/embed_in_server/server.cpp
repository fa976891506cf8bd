// SPDX-License-Identifier: Apache-2.0
// A TCP server that answers each line with a line. It existed before it used inferpool; the changes
// for the pool are marked with "pool:".
//   server [port] [settings file]
#include <inferpool/asio.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <list>
#include <string>
#include <utility>

#include "language.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kLongestLine = 64 * 1024;

class Server {
 public:
  Server(asio::io_context& loop, unsigned short port, inferpool::Pool<Language>& pool)
      : acceptor_(loop, {asio::ip::address_v4::loopback(), port}), pool_(pool) {
    asio::co_spawn(loop, accept(), asio::detached);
  }

  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }

  // Accepts no new connections and no new lines. The lines that were read get their answers, and
  // then the loop has no work left.
  void drain() {
    draining_ = true;
    acceptor_.close();
    boost::system::error_code ignored;
    for (tcp::socket& socket : sockets_) socket.shutdown(tcp::socket::shutdown_receive, ignored);
  }

 private:
  asio::awaitable<void> accept() {
    asio::steady_timer pause(acceptor_.get_executor());
    while (!draining_) {
      bool failed = false;
      try {
        tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
        if (draining_) break;
        const auto place = sockets_.insert(sockets_.end(), std::move(socket));
        asio::co_spawn(acceptor_.get_executor(), serve(place), asio::detached);
      } catch (const boost::system::system_error& error) {
        failed = !draining_;
        if (failed) std::clog << "accept: " << error.what() << std::endl;
      }
      if (!failed) continue;
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  asio::awaitable<void> serve(std::list<tcp::socket>::iterator socket) {
    try {
      std::string input;
      for (;;) {
        const std::size_t end = co_await asio::async_read_until(
            *socket, asio::dynamic_buffer(input, kLongestLine), '\n', asio::use_awaitable);
        std::string line = input.substr(0, end - 1);
        input.erase(0, end);
        std::string reply = co_await answer(std::move(line));
        reply += '\n';
        co_await asio::async_write(*socket, asio::buffer(reply), asio::use_awaitable);
      }
    } catch (const boost::system::system_error&) {
      // the client has left, or drain() has ended the reading
    }
    sockets_.erase(socket);
  }

  // pool: was `co_return model_.predict(line)`, which blocked the loop.
  asio::awaitable<std::string> answer(std::string line) {
    try {
      co_return co_await inferpool::async_infer(pool_, std::move(line));
    } catch (const inferpool::Error& error) {
      switch (error.code()) {
        case inferpool::ErrorCode::kQueueFull:
        case inferpool::ErrorCode::kUnavailable:
          co_return "error: overloaded, try later";
        case inferpool::ErrorCode::kDeadlineExceeded:
          co_return "error: too late";
        default:
          std::clog << error.what() << '\n';
          co_return "error: " + std::string(inferpool::name(error.code()));
      }
    }
  }

  tcp::acceptor acceptor_;
  bool draining_ = false;
  std::list<tcp::socket> sockets_;
  inferpool::Pool<Language>& pool_;  // pool: was `Language model_`
};

// pool: the events of the workers go to the log.
void log_event(const inferpool::Event& event) {
  std::clog << event.model << '/' << event.worker_index << ' ' << inferpool::name(event.kind);
  if (event.pid != 0) std::clog << ", pid " << event.pid;
  if (event.error) std::clog << ": " << event.error->what();
  if (!event.text.empty()) std::clog << ": " << event.text;
  std::clog << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto settings =  // pool:
        inferpool::Settings::from_file(argc > 2 ? argv[2] : "model-settings.json");
    settings.on_event = log_event;
    inferpool::Pool<Language> pool(std::move(settings));

    asio::io_context loop(1);
    Server server(loop, static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0), pool);
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    signals.async_wait([&](auto error, int) {
      if (!error) server.drain();
    });
    std::cout << "listening on 127.0.0.1:" << server.port() << std::endl;
    loop.run();
    pool.close();  // pool: every line that was read has its answer
    std::cout << "drained: " << pool.stats().succeeded << " lines answered" << std::endl;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
