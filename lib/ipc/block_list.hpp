// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/container/small_vector.hpp>

#include <inferpool/detail/storage.hpp>

namespace inferpool::ipc {

// The blocks of one message. Most have one or two, which need no allocation.
using BlockList = boost::container::small_vector<detail::StorageRef, 2>;

}  // namespace inferpool::ipc
