// SPDX-License-Identifier: Apache-2.0
// What a pool, a worker and the tools do where /proc is not mounted, as in some containers.
#include "catch.hpp"
#include "integration/model_folder.hpp"
#include "integration/tool_run.hpp"
#include "skipped.hpp"

namespace inferpool::test {
namespace {

using Words = std::vector<std::string>;

// Runs the program with an empty /proc. Needs the right to mount.
ToolRun run_without_proc(const std::string& program, const Words& arguments) {
  Words words{"-c",
              "exec unshare --mount sh -c "
              "'mount -t tmpfs none /proc && exec \"$@\"' sh \"$@\"",
              "sh", program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return {"/bin/sh", words};
}

bool skipped_with_proc() {
  if (run_without_proc("/bin/sh", {"-c", "test ! -e /proc/self"}).status != 0) {
    skip("/proc cannot be hidden: that takes the rights to mount");
    return true;
  }
  if (run_without_proc(INFERPOOL_RUN, {"--help"}).status == 0) return false;
  skip("no program of this build runs without /proc, as with sanitizers");
  return true;
}

TEST_CASE("without /proc no pool starts, and the error says what is missing", "[W20]") {
  if (skipped_with_proc()) return;
  const ModelFolder model(beside_this("echo_worker"));
  const auto check_refused = [](const ToolRun& tool) {
    CAPTURE(tool.out, tool.err);
    CHECK(tool.status == 1);
    CHECK_THAT(tool.err, contains("/proc"));
    CHECK_THAT(tool.err, contains("startup_failed"));
  };
  const Words words{model.settings(), "--input", model.input(), "--workers", "2"};
  check_refused(run_without_proc(INFERPOOL_RUN, words));
  check_refused(run_without_proc(INFERPOOL_ADVISE, words));
  const ModelFolder named("echo_worker");
  check_refused(run_without_proc(INFERPOOL_RUN, {named.settings(), "--input", named.input()}));
}

TEST_CASE("a worker asked by --check needs no /proc", "[W20]") {
  if (skipped_with_proc()) return;
  const ModelFolder model(beside_this("echo_worker"));
  const Words words{"--check", model.settings()};
  const ToolRun with(beside_this("echo_worker"), words);
  const ToolRun without = run_without_proc(beside_this("echo_worker"), words);
  CHECK(without.status == 0);
  CHECK(without.out == with.out);
  CHECK(without.err == with.err);
}

}  // namespace
}  // namespace inferpool::test
