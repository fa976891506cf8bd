// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <inferpool/settings.hpp>

#include "ipc/handshake.hpp"
#include "ipc/layout.hpp"
#include "ipc/segment.hpp"

namespace inferpool::worker {

// What a worker gets from its host: the control socket, the mapped regions, the settings. Lives
// until the process ends.
class Attachment {
 public:
  // Shakes hands over the inherited descriptor. Throws std::runtime_error if the other end is no
  // pool, has another version, or is gone.
  Attachment(int control_fd, const std::string& signature);

  [[nodiscard]] const ipc::MessageHead& welcome() const noexcept { return welcome_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] ipc::Control& control() const noexcept {
    return *reinterpret_cast<ipc::Control*>(control_->data());
  }
  [[nodiscard]] const ipc::Mapping& requests() const noexcept { return *requests_; }
  [[nodiscard]] const ipc::MemoryFile& reply_file() const noexcept { return *reply_file_; }
  [[nodiscard]] int socket_fd() const noexcept { return socket_.fd(); }

  void report_ready() const;
  void report_load_failed(const std::string& type, const std::string& text) const;
  void report_not_confined(const std::string& why) const;

 private:
  void map(ipc::Message& welcome);
  void report(ipc::MessageKind kind, const std::string& text) const;

  ipc::ControlSocket socket_;
  ipc::MessageHead welcome_;
  Settings settings_;
  std::unique_ptr<ipc::Mapping> control_;
  std::unique_ptr<ipc::Mapping> requests_;
  std::unique_ptr<ipc::MemoryFile> reply_file_;
};

}  // namespace inferpool::worker
