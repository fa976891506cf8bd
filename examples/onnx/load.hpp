// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/pool.hpp>

// Calls a second that the pool answers, of four callers with this request, for a second.
double calls_per_second(inferpool::Pool<>& pool, const inferpool::Request& request);
