/// Writes data files and reads them with any number of ranks, threads of this process.
#pragma once

#include "data/fingerprint.h"
#include "data/reader.h"
#include "lockstep/base/errors.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/thread_communicator.h"
#include "unit/io/temporary_folder.h"
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace lockstep::testing {

inline const std::vector<int> kRankCounts = {1, 2, 3, 5, 8};

/// Settings for a file of this name and content in `folder`.
inline ReadSettings data_file(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
  write_text(folder / name, content);
  ReadSettings settings;
  settings.path = folder / name;
  return settings;
}

/// The file is read for a model of these names of features, and any labels.
inline void expect_names(ReadSettings& settings, const std::vector<std::string>& names) {
  settings.expected = schema_of_names(std::ssize(names), names, "", {});
}

/// The same with as many features without names.
inline void expect_features(ReadSettings& settings, Index features) {
  settings.expected = schema_of_names(features, {}, "", {});
}

/// An IDX file: header, then the bytes of the values.
inline std::string idx_file(char type, const std::vector<std::uint32_t>& extents, const std::string& values) {
  std::string file = {'\0', '\0', type, static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents) {
    for (const int shift : {24, 16, 8, 0}) {
      file += static_cast<char>(extent >> shift);
    }
  }
  return file + values;
}

/// The text as a gzip file.
inline std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// The text in "gzip", "bzip2", "xz" or "zstd".
inline std::string compressed(const std::string& text, const std::string& compression) {
  std::string packed(text.size() + 100000, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  EXPECT_EQ(archive_write_add_filter_by_name(writer, compression.c_str()), ARCHIVE_OK);
  EXPECT_EQ(archive_write_set_format_raw(writer), ARCHIVE_OK);
  EXPECT_EQ(archive_write_open_memory(writer, packed.data(), packed.size(), &used), ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
  EXPECT_EQ(archive_write_data(writer, text.data(), text.size()), static_cast<la_ssize_t>(text.size()));
  EXPECT_EQ(archive_write_close(writer), ARCHIVE_OK);
  archive_entry_free(entry);
  archive_write_free(writer);
  packed.resize(used);
  return packed;
}

template <typename T>
void append(std::vector<T>& all, const std::vector<T>& part) {
  all.insert(all.end(), part.begin(), part.end());
}

/// Rows of the ranks put together as one rank would have read them.
inline RawData merged(const std::vector<RawData>& parts) {
  RawData whole = parts.front();
  for (std::size_t rank = 1; rank < parts.size(); ++rank) {
    const RawData& part = parts[rank];
    EXPECT_EQ(part.block.first_row, whole.block.rows);
    EXPECT_EQ(part.total_rows, whole.total_rows);
    EXPECT_EQ(part.block.features, whole.block.features);
    EXPECT_EQ(part.block.is_dense, whole.block.is_dense);
    EXPECT_EQ(part.schema.class_names(), whole.schema.class_names());
    EXPECT_EQ(part.schema.feature_names(), whole.schema.feature_names());
    for (std::size_t i = 1; i < part.block.row_start.size(); ++i) {
      whole.block.row_start.push_back(part.block.row_start[i] + static_cast<std::int64_t>(whole.block.column.size()));
    }
    whole.block.rows += part.block.rows;
    append(whole.block.dense, part.block.dense);
    append(whole.block.column, part.block.column);
    append(whole.block.value, part.block.value);
    append(whole.block.label, part.block.label);
    append(whole.block.weight, part.block.weight);
    append(whole.block.offset, part.block.offset);
    append(whole.block.id, part.block.id);
  }
  EXPECT_EQ(whole.block.rows, whole.total_rows);
  return whole;
}

inline RawData read_on(int ranks, const ReadSettings& settings) {
  std::vector<RawData> parts(static_cast<std::size_t>(ranks));
  run_ranks(ranks,
            [&](Communicator& comm) { parts[static_cast<std::size_t>(comm.rank())] = read_data(settings, comm); });
  return merged(parts);
}

/// X row by row, its zeros with it.
inline std::vector<double> dense_rows(const RowBlock& block) {
  if (block.is_dense) {
    return block.dense;
  }
  std::vector<double> rows(static_cast<std::size_t>(block.rows * block.features), 0);
  for (std::int64_t i = 0; i < block.rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    for (auto k = static_cast<std::size_t>(block.row_start[at]); k < static_cast<std::size_t>(block.row_start[at + 1]);
         ++k) {
      rows[static_cast<std::size_t>(i * block.features + block.column[k])] = block.value[k];
    }
  }
  return rows;
}

inline std::uint64_t fingerprint_on(int ranks, const ReadSettings& settings) {
  std::set<std::uint64_t> seen;
  std::mutex mutex;
  run_ranks(ranks, [&](Communicator& comm) {
    const RawData data = read_data(settings, comm);
    const std::uint64_t mine = data_fingerprint(data, comm);
    const std::lock_guard lock(mutex);
    seen.insert(mine);
  });
  EXPECT_EQ(seen.size(), 1U) << "ranks disagree";
  return *seen.begin();
}

/// "65 FILE:3:7: …": exit code and text of the error every rank throws, the path written as FILE.
inline std::string error_on(int ranks, const ReadSettings& settings) {
  std::vector<std::string> errors(static_cast<std::size_t>(ranks));
  run_ranks(ranks, [&](Communicator& comm) {
    std::string& mine = errors[static_cast<std::size_t>(comm.rank())];
    try {
      read_data(settings, comm);
      mine = "no error";
    } catch (const Error& error) {
      mine = std::to_string(static_cast<int>(error.code())) + ' ' + error.what();
    }
  });
  for (std::string& error : errors) {
    EXPECT_EQ(error, errors.front()) << "ranks disagree";
  }
  std::string error = errors.front();
  for (std::size_t at; (at = error.find(settings.path)) != std::string::npos;) {
    error.replace(at, settings.path.size(), "FILE");
  }
  return error;
}

/// The same error for every number of ranks.
inline void expect_error(const ReadSettings& settings, const std::string& expected) {
  for (const int ranks : kRankCounts) {
    EXPECT_EQ(error_on(ranks, settings), expected) << ranks << " ranks";
  }
}

}  // namespace lockstep::testing
