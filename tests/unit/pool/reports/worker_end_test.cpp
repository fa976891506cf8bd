// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/worker_end.hpp"

#include "catch.hpp"

namespace inferpool::pool::reports {
namespace {

using test::contains;

WorkerEnd killed() {
  return {.index = 2,
          .generation = 7,
          .pid = 71,
          .status = {.signal = 9,
                     .usage = ResourceUsage{.user_time = std::chrono::seconds(3),
                                            .max_resident = 1 << 20,
                                            .major_faults = 4}},
          .reason = {},
          .stderr_tail = "free(): invalid pointer"};
}

TEST_CASE("the end of a worker says who ended and how") {
  REQUIRE(to_string(killed()) == "worker 2 (pid 71) was killed by signal 9 (SIGKILL)");
  WorkerEnd exited = killed();
  exited.status = {.code = 0};
  REQUIRE(to_string(exited) == "worker 2 (pid 71) exited with status 0");
}

TEST_CASE(
    "the end of a worker that the kernel does not report says why the pool goes on without it") {
  WorkerEnd end = killed();
  end.status = {};
  end.reason = "a request ran longer than hang_timeout (1 s)";
  end.lost = Lost::kUnkillable;
  REQUIRE_THAT(worker_lost(end, 5, Phase::kRunning).what(),
               contains("worker 2 (pid 71) did not end after SIGKILL while it ran request 5; the "
                        "pool killed it: a request ran longer than hang_timeout (1 s); it sleeps "
                        "uninterruptibly"));
  end.lost = Lost::kUnreaped;
  end.reason.clear();
  REQUIRE(to_string(end) == "worker 2 (pid 71) ended (a debugger keeps its status)");
}

TEST_CASE("the end of a worker by a limit names it, unless the pool killed it") {
  WorkerEnd end = killed();
  end.limit = "; RLIMIT_CPU lets it compute for 1 s: raise it";
  REQUIRE(to_string(end) ==
          "worker 2 (pid 71) was killed by signal 9 (SIGKILL); RLIMIT_CPU lets it compute for 1 s: "
          "raise it");
  REQUIRE_THAT(worker_lost(end, 5, Phase::kRunning).what(), contains("compute for 1 s: raise it"));
  end.reason = "hung";
  REQUIRE_THAT(to_string(end), !contains("RLIMIT_CPU"));
}

TEST_CASE("the end of a worker that the pool killed says why") {
  WorkerEnd end = killed();
  end.reason = "hung";
  REQUIRE(to_string(end) ==
          "worker 2 (pid 71) was killed by signal 9 (SIGKILL); the pool killed it: hung");
}

TEST_CASE("the end of a worker that hung says whether it gave its stack") {
  WorkerEnd end = killed();
  end.reason = "hung";
  end.hung = true;
  REQUIRE(to_string(end) ==
          "worker 2 (pid 71) was killed by signal 9 (SIGKILL); the pool killed it: hung; asked for "
          "its stack (SIGABRT), it had not ended 0.5 s later");
  end.status.signal = 6;
  REQUIRE(to_string(end) ==
          "worker 2 (pid 71) was killed by signal 6 (SIGABRT); the pool killed it: hung");
  REQUIRE(worker_lost(end, 5, Phase::kRunning).details().hung);
  REQUIRE_FALSE(worker_lost(killed(), 5, Phase::kRunning).details().hung);
}

TEST_CASE(
    "an answer that is lost in the middle says after how many parts, and that it stays lost") {
  const WorkerEnd end = killed();
  REQUIRE_THAT(worker_lost(end, 5, Phase::kRunning, 1).what(),
               contains("while it ran request 5, after 1 part of its answer") &&
                   contains("is not sent again, with any value of retry"));
  REQUIRE_THAT(worker_lost(end, 5, Phase::kRunning, 12).what(), contains("after 12 parts of"));
  REQUIRE_THAT(worker_lost(end, 5, Phase::kRunning).what(),
               contains("set retry = always") && !contains("part"));
}

TEST_CASE("the end of a worker that the kernel's OOM killer ended says so, and what to change") {
  WorkerEnd end = killed();
  end.oom_kill = OomKill{.limit = 64 << 20};
  REQUIRE_THAT(to_string(end),
               contains("the kernel's OOM killer ended it, probably") &&
                   contains("the memory limit of its cgroup is 64MiB; lower workers"));
  end.oom_kill = OomKill{};
  REQUIRE_THAT(to_string(end), contains("the machine's memory was used up; lower workers"));
  REQUIRE(poisoned_request(end, 5).details().oom_killed);
  REQUIRE_FALSE(poisoned_request(killed(), 5).details().oom_killed);
}

TEST_CASE("worker_lost carries all that is known of the worker's end") {
  const Error error = worker_lost(killed(), 5, Phase::kRunning);
  REQUIRE(error.code() == ErrorCode::kWorkerLost);
  REQUIRE(error.phase() == Phase::kRunning);
  REQUIRE(error.details().request_id == 5);
  REQUIRE(error.details().worker_index == 2);
  REQUIRE(error.details().pid == 71);
  REQUIRE(error.details().signal == 9);
  REQUIRE_FALSE(error.details().exit_status);
  REQUIRE(error.details().usage);
  REQUIRE(error.details().usage->user_time == std::chrono::seconds(3));
  REQUIRE(error.details().usage->max_resident == 1 << 20);
  REQUIRE(error.details().usage->major_faults == 4);
  REQUIRE(error.details().stderr_tail == "free(): invalid pointer");
}

TEST_CASE("worker_lost by an exit carries its status, 0 too") {
  WorkerEnd end = killed();
  end.status = {.code = 0};
  const Error error = worker_lost(end, 5, Phase::kRunning);
  REQUIRE(error.details().exit_status == 0);
  REQUIRE_FALSE(error.details().signal);
}

TEST_CASE("worker_lost names the request, the cause and what to do, by where the request was") {
  WorkerEnd end = killed();
  end.reason = "hung";
  REQUIRE_THAT(worker_lost(end, 5, Phase::kRunning).what(),
               contains("worker 2 (pid 71) was killed by signal 9 (SIGKILL) while it ran request "
                        "5; the pool killed "
                        "it: hung; ") &&
                   contains("retry = always"));
  REQUIRE_THAT(worker_lost(end, 5, Phase::kQueued).what(),
               contains("before it began request 5") && contains("retry = never"));
}

TEST_CASE("worker_lost for no request speaks of none") {
  const Error error = worker_lost(killed(), 0, Phase::kNone);
  REQUIRE(std::string(error.what()) ==
          "worker_lost: worker 2 (pid 71) was killed by signal 9 (SIGKILL)");
  REQUIRE(error.details().pid == 71);
}

TEST_CASE("poisoned_request tells of the second worker's end") {
  const Error error = poisoned_request(killed(), 5);
  REQUIRE(error.code() == ErrorCode::kPoisonedRequest);
  REQUIRE(error.phase() == Phase::kRunning);
  REQUIRE(error.details().request_id == 5);
  REQUIRE(error.details().signal == 9);
  REQUIRE(error.details().stderr_tail == "free(): invalid pointer");
  REQUIRE_THAT(error.what(),
               contains("two workers ended while they ran request 5") && contains("SIGKILL"));
}

TEST_CASE("a start that failed names the worker, the cause and its last output") {
  const Error error = start_failed(killed(), "it closed the connection");
  REQUIRE(error.what() ==
          std::string("startup_failed: worker 2 did not start: it closed the connection; its last "
                      "output:\nfree(): invalid pointer"));
  REQUIRE(error.phase() == Phase::kStarting);
  REQUIRE(error.details().worker_index == 2);
  REQUIRE(error.details().signal == 9);
  REQUIRE(error.details().request_id == 0);
}

TEST_CASE("a start that failed keeps the exception of the load") {
  const Error error = start_failed({.index = 1,
                                    .start_failure = "the model did not load",
                                    .load_failure = {"my::Type", "no file"}});
  REQUIRE(error.what() ==
          std::string("startup_failed: worker 1 did not start: the model did not load"));
  REQUIRE(error.details().exception_type == "my::Type");
  REQUIRE(error.details().exception_text == "no file");
}

TEST_CASE("an input that is refused names what it ended, when, how, and what to do") {
  using namespace std::chrono_literals;
  const Error error = poisoned_input(killed(), 5, 3, 1500ms, 10min);
  REQUIRE(error.code() == ErrorCode::kPoisonedRequest);
  REQUIRE(error.phase() == Phase::kQueued);
  REQUIRE(error.details().request_id == 5);
  REQUIRE(error.details().pid == 71);
  REQUIRE(error.details().signal == 9);
  REQUIRE_THAT(error.what(),
               contains("request 5 is not run: its input ended 3 workers while they ran it, the "
                        "last one 1.5 s ago: worker 2 (pid 71) was killed by signal 9 (SIGKILL)") &&
                   contains("poison_memory (600 s)") && contains("set poison_memory to 0"));
}

}  // namespace
}  // namespace inferpool::pool::reports
