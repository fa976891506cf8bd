// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/pool.hpp>

// The calls per second that the pool answers, for four callers with this request. Takes a second.
double calls_per_second(inferpool::Pool<>& pool, const inferpool::Request& request);
