// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <inferpool/detail/served_model.hpp>

#include "ipc/reply_arena.hpp"
#include "ipc/request_view.hpp"
#include "ipc/worker_ring.hpp"
#include "worker/attachment.hpp"
#include "worker/sent_parts.hpp"

namespace inferpool::worker {

// Answers requests until the host asks the worker to leave, on the thread that calls run() and
// concurrency - 1 more.
class Server {
 public:
  // Both must outlive the server.
  Server(const Attachment& attachment, detail::ServedModel& model);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Starts the other threads. Call it after the model is loaded. Throws std::runtime_error, which
  // names the limit, if the system cannot start them all. Those that started go on, so the process
  // must end then.
  void start();
  // Serves until every thread is done.
  void run();

  // Gives unused memory back to the system if no request came since the last call. Safe from any
  // thread.
  void trim_if_idle();

 private:
  void serve_all();
  // `view` belongs to the calling thread. What it opens for a request is closed when that is
  // served.
  void serve(std::uint32_t sequence, ipc::RequestView& view);
  void answer(std::uint32_t sequence, ipc::RequestView& view, detail::FrameBuffer& frame,
              ipc::SentBlocks& blocks, SentParts& parts);

  // The reply, or an error if there is no room for it.
  ipc::PublishedReply hold(detail::FrameBuffer& frame, ipc::SentBlocks& blocks);

  const Attachment& attachment_;
  detail::ServedModel& model_;
  ipc::WorkerRing ring_;
  std::shared_ptr<ipc::ReplyArena> arena_;
  std::vector<std::thread> others_;
  std::uint32_t trimmed_at_ = 0;  // requests taken when trim_if_idle looked last
};

}  // namespace inferpool::worker
