// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <inferpool/error.hpp>
#include <inferpool/worker.hpp>

#include "core/failure.hpp"
#include "core/format.hpp"
#include "core/system_error.hpp"
#include "settings/ignored_fields.hpp"
#include "worker/attachment.hpp"
#include "worker/last_stack.hpp"
#include "worker/leave.hpp"
#include "worker/sandbox.hpp"
#include "worker/server.hpp"

namespace inferpool::detail {
namespace {

using worker::Attachment;

constexpr std::string_view kAttach = "--inferpool-attach=";

// The descriptor in "--inferpool-attach=5", which only a pool passes.
std::optional<int> attach_fd(int argc, char** argv) {
  if (argc != 2) return std::nullopt;
  std::string_view argument = argv[1];
  if (!argument.starts_with(kAttach)) return std::nullopt;
  argument.remove_prefix(kAttach.size());
  int fd = -1;
  const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), fd);
  if (error != std::errc{} || end != argument.data() + argument.size() || fd < 3)
    return std::nullopt;
  return fd;
}

void print(std::FILE* to, const std::string& text) { std::fputs(text.c_str(), to); }

int explain(std::string_view program, const ServedModel& model) {
  print(stderr,
        core::formatted(
            "{0} is an inferpool worker: it serves a model ({1}) to the pool that starts it, and "
            "does nothing by "
            "itself.\n"
            "A program that links inferpool starts it: inferpool::Pool<Model> "
            "pool{{Settings{{.worker = \"{0}\"}}}};\n"
            "To see whether its model loads: {0} --check model-settings.json\n",
            program, model.signature()));
  return 2;
}

std::string describe(const core::Failure& failure) {
  return failure.text.empty() ? failure.type
                              : core::formatted("{}: {}", failure.type, failure.text);
}

int check(const char* file, ServedModel& model) {
  try {
    Settings settings = Settings::from_file(file);
    print(stderr, settings::ignored_fields_warning(settings, file));
    resolve_workers(settings);
    model.load(settings, WorkerInfo{});
    print(stdout,
          core::formatted("{}: model \"{}\" loads; signature {}; thread_safe {}; {} workers\n",
                          file, settings.name, model.signature(),
                          model.thread_safe() ? "yes" : "no", *settings.workers));
    const std::string description = model.description();
    if (!description.empty()) print(stdout, description + "\n");
    model.unload();
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
    throw std::runtime_error(core::system_failure("writing to stdout", errno == 0 ? EIO : errno));
  } catch (...) {
    print(stderr, core::formatted("{}: {}\n", file, describe(core::current_failure())));
    return 1;
  }
}

bool load(const Attachment& attachment, ServedModel& model) {
  const ipc::MessageHead& welcome = attachment.welcome();
  try {
    if (welcome.concurrency > 1 && !model.thread_safe()) {
      throw Error(
          ErrorCode::kInvalidSettings,
          core::formatted(
              "concurrency is {}, but the model does not say `static constexpr bool thread_safe = "
              "true`; accepted: 1",
              welcome.concurrency));
    }
    model.load(attachment.settings(), WorkerInfo{welcome.index, welcome.generation});
    return true;
  } catch (...) {
    const core::Failure failure = core::current_failure();
    attachment.report_load_failed(failure.type, failure.text);
    return false;
  }
}

// Takes one step of the sandbox, if the settings want it.
bool confined(const Attachment& attachment, void (*step)()) {
  if (!attachment.settings().sandbox) return true;
  try {
    step();
    return true;
  } catch (const std::exception& error) {
    attachment.report_not_confined(error.what());
    return false;
  }
}

// Starts the threads before the pool is told that the worker is ready. A worker that cannot have
// all of them fails to start.
void start(worker::Server& server) {
  try {
    server.start();
  } catch (const std::exception& error) {
    print(stderr, core::formatted("{}\n", error.what()));
    std::fflush(nullptr);
    _Exit(2);  // the threads that started do not end by themselves
  }
}

int serve(int fd, ServedModel& model) {
  worker::defer_to_host();
  worker::write_stack_at_end();
  const worker::StackedThread stacked;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const Attachment attachment(fd, model.signature());
  if (!attachment.settings().core_dumps) worker::forbid_dumps();
  if (!confined(attachment, worker::require_one_thread) || !confined(attachment, worker::isolate))
    return 1;
  worker::Server server(attachment, model);
  worker::leave_with_host(attachment.socket_fd(), [&server] { server.trim_if_idle(); });
  if (!load(attachment, model) || !confined(attachment, worker::confine)) return 1;
  start(server);
  attachment.report_ready();
  server.run();
  model.unload();
  // The thread of leave_with_host may use the objects above until the process ends.
  std::fflush(nullptr);
  _Exit(0);
}

}  // namespace

int run_worker(int argc, char** argv, ServedModel& model) {
  const std::string_view program = argc > 0 ? argv[0] : "worker";
  if (argc == 3 && std::string_view(argv[1]) == "--check") return check(argv[2], model);
  const auto fd = attach_fd(argc, argv);
  if (!fd) return explain(program, model);
  worker::take_name(program);
  try {
    return serve(*fd, model);
  } catch (const std::exception& error) {
    print(stderr, core::formatted("{}: {}\n", program, error.what()));
    return 2;
  }
}

}  // namespace inferpool::detail
