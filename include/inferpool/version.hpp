// SPDX-License-Identifier: Apache-2.0
#pragma once

// The version of the library, stated only here: the build reads it from these three lines.
#define INFERPOOL_VERSION_MAJOR 0
#define INFERPOOL_VERSION_MINOR 1
#define INFERPOOL_VERSION_PATCH 0
