// SPDX-License-Identifier: Apache-2.0
#include "core/failure.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <typeinfo>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "core/memory_limits.hpp"

namespace inferpool::core {
namespace {

struct Freed {
  void operator()(char* text) const noexcept { std::free(text); }
};

std::string demangled(const std::type_info* type) {
  if (type == nullptr) return "unknown";  // an exception of another language
  int status = 0;
  const std::unique_ptr<char, Freed> text(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status));
  return text ? text.get() : type->name();
}

std::string cut(std::string_view text) {
  if (text.size() <= kMaxFailureText) return std::string(text);
  return formatted("{} ... (cut: the first {} of {} bytes)", text.substr(0, kMaxFailureText),
                   kMaxFailureText, text.size());
}

}  // namespace

Failure current_failure() {
  Failure failure{demangled(abi::__cxa_current_exception_type()), {}};
  try {
    throw;
  } catch (const ForeignException& error) {
    failure = {error.type(), cut(error.what())};
  } catch (const std::bad_alloc& error) {
    failure.text = error.what() + memory_limits();
  } catch (const std::exception& error) {
    const char* const text = error.what();
    if (text != nullptr) failure.text = cut(text);
  } catch (...) {
    // Only its type is known.
  }
  return failure;
}

}  // namespace inferpool::core
