// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>

#include <array>
#include <cstdint>

namespace inferpool::test {

struct Control {
  const char* name;
  std::uint32_t value;
};

// A few controls of each family: they change, mark or steer something, or reach others, through a
// descriptor that may only read. A control that some systems' headers lack is given as a number.
inline constexpr auto kHarmfulControls = std::to_array<Control>({
    {"FS_IOC_SETFLAGS", FS_IOC_SETFLAGS},
    {"FS_IOC32_SETFLAGS", FS_IOC32_SETFLAGS},
    {"FS_IOC_SETVERSION", FS_IOC_SETVERSION},
    {"FS_IOC_FSSETXATTR", FS_IOC_FSSETXATTR},
    {"FS_IOC_ENABLE_VERITY", FS_IOC_ENABLE_VERITY},
    {"FS_IOC_SET_ENCRYPTION_POLICY", FS_IOC_SET_ENCRYPTION_POLICY},
    {"FS_IOC_ADD_ENCRYPTION_KEY", FS_IOC_ADD_ENCRYPTION_KEY},
    {"FAT_IOCTL_SET_ATTRIBUTES", 0x40047211},
    {"FICLONE", FICLONE},
    {"FICLONERANGE", FICLONERANGE},
    {"FIDEDUPERANGE", FIDEDUPERANGE},
    {"FIFREEZE", FIFREEZE},
    {"FITHAW", FITHAW},
    {"FITRIM", FITRIM},
    {"FS_IOC_SETFSLABEL", FS_IOC_SETFSLABEL},
    {"EXT4_IOC_SWAP_BOOT", 0x6611},
    {"EXT4_IOC_MOVE_EXT", 0xc028660f},
    {"EXT4_IOC_SHUTDOWN", 0x8004587d},
    {"XFS_IOC_GOINGDOWN", 0x8004587d},
    {"F2FS_IOC_START_ATOMIC_WRITE", 0xf501},
    {"BTRFS_IOC_SNAP_CREATE", 0x50009401},
    {"BTRFS_IOC_SNAP_DESTROY", 0x5000940f},
    {"BLKDISCARD", BLKDISCARD},
    {"BLKZEROOUT", BLKZEROOUT},
    {"BLKRRPART", BLKRRPART},
    {"BLKROSET", BLKROSET},
    {"BLKFLSBUF", BLKFLSBUF},
    {"SG_IO", 0x2285},
    {"CDROMEJECT", 0x5309},
    {"LOOP_SET_FD", 0x4c00},
    {"DM_TABLE_LOAD", 0xc138fd09},
    {"NVME_IOCTL_ADMIN_CMD", 0xc0484e41},
    {"TIOCSTI", 0x5412},
    {"TIOCLINUX", 0x541c},
    {"TIOCSWINSZ", 0x5414},
    {"TIOCSCTTY", 0x540e},
    {"TIOCNOTTY", 0x5422},
    {"TIOCSPGRP", 0x5410},
    {"TIOCCONS", 0x541d},
    {"TIOCSETD", 0x5423},
    {"TIOCSIG", 0x40045436},
    {"TIOCVHANGUP", 0x5437},
    {"TCSETS", 0x5402},
    {"TCFLSH", 0x540b},
    {"KDSETMODE", 0x4b3a},
    {"KDSKBENT", 0x4b47},
    {"KDSKBSENT", 0x4b49},
    {"PIO_FONT", 0x4b61},
    {"VT_ACTIVATE", 0x5606},
    {"VT_LOCKSWITCH", 0x560b},
    {"FBIOPUT_VSCREENINFO", 0x4601},
    {"FBIOBLANK", 0x4611},
    {"FIOSETOWN", 0x8901},
    {"SIOCSPGRP", 0x8902},
    {"FIOASYNC", 0x5452},
    {"SIOCSIFADDR", 0x8916},
    {"SIOCSIFFLAGS", 0x8914},
    {"SIOCBRADDBR", 0x89a0},
    {"TUNSETIFF", 0x400454ca},
    {"VHOST_SET_OWNER", 0xaf01},
    {"KVM_CREATE_VM", 0xae01},
    {"UI_DEV_CREATE", 0x5501},
    {"EVIOCGRAB", 0x40044590},
    {"HIDIOCSFEATURE", 0xc0014806},
    {"USBDEVFS_CONTROL", 0xc0185500},
    {"WDIOC_SETOPTIONS", 0x80045704},
    {"RTC_SET_TIME", 0x4024700a},
    {"FUSE_DEV_IOC_CLONE", 0x8004e500},
    {"USERFAULTFD_IOC_NEW", 0xaa00},
    {"UFFDIO_API", 0xc018aa3f},
    {"VFIO_SET_IOMMU", 0x3b66},
    {"PERF_EVENT_IOC_SET_OUTPUT", 0x2405},
    {"SECCOMP_IOCTL_NOTIF_ADDFD", 0x40182103},
    {"NS_GET_USERNS", 0xb701},
    {"PIDFD_GET_MNT_NAMESPACE", 0xff03},
    {"RDMA_VERBS_IOCTL", 0xc0181b01},
    {"I2C_SLAVE", 0x0703},
    {"SPI_IOC_WR_MODE", 0x40016b01},
    {"SNDRV_PCM_IOCTL_DROP", 0x4143},
});

// The controls that printing, reading and waiting need, and the drivers of accelerators.
inline constexpr auto kUsefulControls = std::to_array<Control>({
    {"TCGETS, by isatty", 0x5401},
    {"TIOCGWINSZ", 0x5413},
    {"FIONREAD", 0x541b},
    {"FIONBIO", 0x5421},
    {"FIOCLEX", 0x5451},
    {"FIONCLEX", 0x5450},
    {"NV_ESC_RM_CONTROL", 0xc020462a},
    {"NV_ESC_CARD_INFO", 0xca0046c8},
    {"UVM_INITIALIZE", 0x30000001},
    {"UVM_REGISTER_GPU", 37},
    {"DRM_IOCTL_VERSION", 0xc0406400},
    {"DRM_IOCTL_I915_GEM_EXECBUFFER2", 0x40406469},
    {"DRM_IOCTL_AMDGPU_CS", 0xc0186444},
    {"AMDKFD_IOC_CREATE_QUEUE", 0xc0584b02},
    {"DMA_BUF_IOCTL_SYNC", 0x40086200},
    {"SYNC_IOC_MERGE", 0xc0303e03},
    {"GASKET_IOCTL_RESET", 0x4008dc00},
});

}  // namespace inferpool::test
