// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <inferpool/detail/backend.hpp>

namespace inferpool::pool::calls {

// Jobs whose steps a test sets. A step that it does not set does nothing.
struct JobSteps {
  std::function<std::size_t()> size = {};  // of the payload
  std::function<void(Encoder&)> write = {};
  std::function<void(Decoder&)> read = {};
  std::function<std::size_t(Context&)> model = {};
};

template <typename Kind>
class FakeJobOf : public Kind {
 public:
  explicit FakeJobOf(JobSteps steps = {}) : steps_(std::move(steps)) {}
  std::size_t payload() const override { return steps_.size ? steps_.size() : 0; }
  void encode(Encoder& request) const override {
    if (steps_.write) steps_.write(request);
  }
  void decode(Decoder& reply) override {
    if (steps_.read) steps_.read(reply);
  }
  std::size_t run(detail::LoadedModel& /*model*/, Context& context) override {
    return steps_.model ? steps_.model(context) : 0;
  }

 protected:
  ~FakeJobOf() = default;

 private:
  JobSteps steps_;
};

struct FakeJob final : FakeJobOf<detail::Job> {
  using FakeJobOf::FakeJobOf;
};

// A caller that wants `wanted` parts.
struct FakeStreamJob final : FakeJobOf<detail::StreamJob> {
  using FakeJobOf::FakeJobOf;
  bool take() override { return ++taken < wanted; }
  bool ended_by_caller() const noexcept override { return ended; }
  int taken = 0;
  int wanted = 1000;
  bool ended = false;  // inside run()
};

// How an asynchronous job ended. The job may be gone by then.
struct Told {
  int completed = 0;
  std::optional<ErrorCode> failed = {};
};

struct FakeAsyncJob final : FakeJobOf<detail::AsyncJob> {
  explicit FakeAsyncJob(Told& told, JobSteps steps = {})
      : FakeJobOf(std::move(steps)), told_(told) {}
  void complete() override { ++told_.completed; }
  void fail(const Error& error) override { told_.failed = error.code(); }

 private:
  Told& told_;
};

// A model for tests of loading.
struct FakeModel final : detail::LoadedModel {
  static std::unique_ptr<detail::LoadedModel> load(const Settings& /*settings*/) {
    return std::make_unique<FakeModel>();
  }
};

}  // namespace inferpool::pool::calls
