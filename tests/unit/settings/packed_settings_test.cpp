// SPDX-License-Identifier: Apache-2.0
#include "settings/packed_settings.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "settings_fields.hpp"

namespace inferpool {
namespace {

using namespace std::chrono_literals;

// Makes random settings, most of which a pool accepts.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Settings settings() {
    Settings s;
    s.worker = "w" + text();
    for (std::string* each :
         {&s.implementation, &s.name, &s.version, &s.uri, &s.folder, &s.environment_path}) {
      if (coin()) *each = text();
    }
    if (coin()) s.extra = object();
    numbers(s);
    for (Duration* each : {&s.cancel_grace, &s.hang_timeout, &s.startup_timeout, &s.drain_timeout,
                           &s.poison_memory, &s.restart_backoff.limit}) {
      if (coin()) *each = duration();
    }
    if (coin()) s.request_timeout = duration();
    if (coin()) s.max_worker_age = duration();
    s.retry = static_cast<Retry>(number(0, 2));
    for (bool* each : {&s.start_in_background, &s.copy_outputs, &s.core_dumps, &s.sandbox}) {
      *each = coin();
    }
    while (coin()) s.env["N" + text()] = coin() ? text() : std::string();
    if (coin()) s.inherit_env.emplace();
    while (s.inherit_env && coin()) s.inherit_env->push_back("N" + text());
    if (coin()) s.rlimits["nofile"] = std::numeric_limits<std::uint64_t>::max();
    if (coin()) s.cpu_affinity = "{index},8-9";
    return s;
  }

 private:
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution(least, most)(random_);
  }
  bool coin() { return number(0, 1) == 1; }
  Duration duration() { return Duration(number(1, Duration(87600h).count())); }

  void numbers(Settings& s) {
    if (coin()) s.workers = static_cast<int>(number(0, 9));
    s.concurrency = static_cast<int>(number(1, 32));
    s.max_queue_size = static_cast<int>(number(0, 1'000'000));
    s.restart_backoff.breaker = static_cast<int>(number(1, 1'000'000));
    if (coin()) s.max_requests = static_cast<int>(number(1, 1'000'000'000));
    if (coin()) s.threads_per_worker = static_cast<int>(number(1, 1024));
    if (coin()) s.shared_memory_limit = static_cast<std::uint64_t>(number(10 << 20, 1LL << 46));
    if (coin()) s.max_payload = static_cast<std::uint64_t>(number(1, 1LL << 46));
    if (coin()) s.max_worker_rss = static_cast<std::uint64_t>(number(1 << 20, 1LL << 46));
  }

  // Any bytes but NUL, most of them not UTF-8. No '=', as the text may be a variable's name.
  std::string text() {
    std::string result;
    const std::int64_t size = number(1, coin() ? 12 : 3000);
    for (std::int64_t i = 0; i < size; ++i) {
      const auto byte = static_cast<char>(number(1, 255));
      result += byte == '=' ? '\xff' : byte;
    }
    return result;
  }

  // JSON in its author's spelling, up to as deep as the host accepts it.
  std::string object() {
    const auto levels = static_cast<std::size_t>(number(1, 64));
    std::string result;
    for (std::size_t i = 0; i < levels; ++i) result += "{ \"a\": 1.0,\t\"a b\" :";
    result += "123456789012345678901234567890e-1";
    return result.append(levels, '}');
  }

  std::mt19937 random_;
};

TEST_CASE("whatever settings the host accepts reach the worker byte by byte", "[H12]") {
  int accepted = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const Settings settings = Generator(seed).settings();
    try {
      detail::validate(settings, "settings");
      ++accepted;
    } catch (const Error&) {
      continue;
    }
    REQUIRE(test::fields(settings::unpack_settings(settings::pack(settings))) ==
            test::fields(settings));
  }
  CHECK(accepted > 200);
}

TEST_CASE("paths that are no UTF-8, and all levels of extra that the host accepts, arrive",
          "[H12]") {
  Settings settings;
  settings.worker = "w";
  settings.uri = "/models/caf\xe9.bin";
  settings.name = "\xff";
  settings.env["\xe9t\xe9"] = "/home/andr\xe9";
  std::string deep;
  for (int i = 0; i < 64; ++i) deep += "{\"a\":";
  settings.extra = deep + '1' + std::string(64, '}');
  REQUIRE_NOTHROW(detail::validate(settings, "settings"));
  CHECK(test::fields(settings::unpack_settings(settings::pack(settings))) ==
        test::fields(settings));
  settings.extra = "{\"a\":" + settings.extra + '}';
  CHECK_THROWS_AS(detail::validate(settings, "settings"), Error);
}

TEST_CASE("settings as they are by default arrive, and relative paths are not resolved again",
          "[H12]") {
  CHECK(test::fields(settings::unpack_settings(settings::pack(Settings{}))) ==
        test::fields(Settings{}));
  Settings settings;
  settings.uri = "../weights/./a.bin";
  settings.folder = "file:///models";
  CHECK(test::fields(settings::unpack_settings(settings::pack(settings))) ==
        test::fields(settings));
}

TEST_CASE("callbacks stay with the host") {
  Settings settings;
  settings.worker_output = {WorkerOutput::Kind::kCallback, [](int, std::string_view) {}};
  settings.on_event = [](const Event&) {};
  const Settings unpacked = settings::unpack_settings(settings::pack(settings));
  CHECK_FALSE(unpacked.on_event);
  CHECK_FALSE(unpacked.worker_output.callback);
}

TEST_CASE("packed settings that are cut off or go on are refused") {
  Settings settings;
  settings.env["A"] = "B";
  settings.inherit_env = {"PATH"};
  const std::string whole = settings::pack(settings);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    REQUIRE_THROWS_AS(settings::unpack_settings(std::string_view(whole).substr(0, size)),
                      std::runtime_error);
  }
  CHECK_THROWS_AS(settings::unpack_settings(whole + 'x'), std::runtime_error);
}

}  // namespace
}  // namespace inferpool
