// SPDX-License-Identifier: Apache-2.0
#include "core/failure.hpp"

#include <sys/resource.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"

namespace shop {

struct OutOfStock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Plain {
  int value;
};

struct Silent : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

}  // namespace shop

namespace inferpool {
namespace {

template <typename Thrown>
core::Failure failure_of(const Thrown& thrown) {
  try {
    throw thrown;
  } catch (...) {
    return core::current_failure();
  }
}

TEST_CASE("lack of memory is described with the memory limits of the process") {
  test::ForkedChild child([] {
    const rlimit limit{rlim_t{1} << 50U, RLIM_INFINITY};
    if (setrlimit(RLIMIT_DATA, &limit) != 0) return 1;
    const core::Failure failure = failure_of(std::bad_alloc());
    return failure.type == "std::bad_alloc" &&
                   failure.text.starts_with("std::bad_alloc; RLIMIT_DATA (ulimit -d") &&
                   failure.text.ends_with("is 1125899906842624")
               ? 0
               : 2;
  });
  CHECK(child.exit_code() == 0);
}

TEST_CASE("a standard exception is described by its demangled type and its text") {
  const core::Failure failure = failure_of(std::out_of_range("index 9 of 3"));
  REQUIRE(failure.type == "std::out_of_range");
  REQUIRE(failure.text == "index 9 of 3");
}

TEST_CASE("an exception caught as its base is described by the type that was thrown") {
  try {
    throw shop::OutOfStock("no apples");
  } catch (const std::exception&) {
    const core::Failure failure = core::current_failure();
    REQUIRE(failure.type == "shop::OutOfStock");
    REQUIRE(failure.text == "no apples");
  }
}

TEST_CASE("an exception of another language is described by its own type") {
  const core::Failure failure = failure_of(ForeignException("ValueError", "no apples"));
  REQUIRE(failure.type == "ValueError");
  REQUIRE(failure.text == "no apples");
}

TEST_CASE("what is not a standard exception is described by its type alone") {
  REQUIRE(failure_of(42).type == "int");
  REQUIRE(failure_of(42).text.empty());
  REQUIRE(failure_of(shop::Plain{1}).type == "shop::Plain");
}

TEST_CASE("an exception whose what() is null has no text") {
  REQUIRE(failure_of(shop::Silent()).type == "shop::Silent");
  REQUIRE(failure_of(shop::Silent()).text.empty());
}

TEST_CASE("the innermost exception that is being handled is described") {
  try {
    throw std::logic_error("outer");
  } catch (...) {
    REQUIRE(failure_of(std::runtime_error("inner")).text == "inner");
    REQUIRE(core::current_failure().text == "outer");
  }
}

TEST_CASE("a text of 16 KiB is kept whole, a longer one is cut and says so") {
  const std::string whole(core::kMaxFailureText, 'x');
  REQUIRE(failure_of(std::runtime_error(whole)).text == whole);
  const core::Failure failure = failure_of(std::runtime_error(whole + "y"));
  REQUIRE(failure.text == whole + " ... (cut: the first 16384 of 16385 bytes)");
}

}  // namespace
}  // namespace inferpool
