// SPDX-License-Identifier: Apache-2.0
#include "worker/attachment.hpp"

#include <fcntl.h>

#include <cerrno>
#include <stdexcept>

#include "core/format.hpp"
#include "core/system_error.hpp"
#include "settings/packed_settings.hpp"

namespace inferpool::worker {

Attachment::Attachment(int control_fd, const std::string& signature)
    : socket_(core::FileDescriptor(control_fd)) {
  fcntl(control_fd, F_SETFD, FD_CLOEXEC);  // not for programs that the model starts
  ipc::Message message;
  const auto received =
      socket_.send({}, signature, {}) ? socket_.receive(message, true) : ipc::Received::kEnd;
  if (received == ipc::Received::kCut) {
    message.descriptors.clear();  // the report may need one
    throw std::runtime_error(core::system_failure(
        core::formatted("taking the pool's {} descriptors", +ipc::kDescriptors), EMFILE));
  }
  if (received != ipc::Received::kMessage)
    throw std::runtime_error("the pool closed the connection before it said welcome");
  if (message.head.kind != ipc::MessageKind::kWelcome ||
      message.head.protocol != ipc::kProtocolVersion || message.head.abi != ipc::abi_hash() ||
      message.descriptors.size() != ipc::kDescriptors) {
    throw std::runtime_error(core::formatted("the pool speaks protocol {}, this worker {}",
                                             message.head.protocol, ipc::kProtocolVersion));
  }
  map(message);
}

void Attachment::map(ipc::Message& message) {
  welcome_ = message.head;
  auto& fds = message.descriptors;
  const auto control =
      ipc::MemoryFile::adopt(std::move(fds[ipc::kControlFd]), sizeof(ipc::Control));
  control_ = std::make_unique<ipc::Mapping>(control, ipc::Access::kReadWrite);
  reply_file_ = std::make_unique<ipc::MemoryFile>(
      ipc::MemoryFile::adopt(std::move(fds[ipc::kRepliesFd]), welcome_.reply_bytes));
  const auto requests =
      ipc::MemoryFile::adopt(std::move(fds[ipc::kRequestsFd]), welcome_.request_bytes);
  requests_ = std::make_unique<ipc::Mapping>(requests, ipc::Access::kReadOnly);
  requests_->populate(ipc::kPopulated, ipc::Access::kReadOnly);
  control_->populate(sizeof(ipc::Control), ipc::Access::kReadWrite);
  const auto file =
      ipc::MemoryFile::adopt(std::move(fds[ipc::kSettingsFd]), welcome_.settings_bytes);
  const ipc::Mapping settings(file, ipc::Access::kReadOnly);
  settings_ =
      settings::unpack_settings({reinterpret_cast<const char*>(settings.data()), settings.size()});
}

void Attachment::report_ready() const { report(ipc::MessageKind::kReady, {}); }

void Attachment::report_load_failed(const std::string& type, const std::string& text) const {
  report(ipc::MessageKind::kLoadFailed, type + '\n' + text);
}

void Attachment::report_not_confined(const std::string& why) const {
  report(ipc::MessageKind::kNotConfined, why);
}

void Attachment::report(ipc::MessageKind kind, const std::string& text) const {
  ipc::MessageHead head;
  head.kind = kind;
  head.generation = welcome_.generation;
  socket_.send(head, text, {});
}

}  // namespace inferpool::worker
