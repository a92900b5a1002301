#include "data/foreign_format.h"

#include "data/formats.h"
#include "data/text_cause.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lockstep {

namespace {

using namespace std::string_view_literals;

struct Compression {
  std::string_view signature;
  std::string_view name;
  std::string_view program;  ///< that undoes it
};

constexpr std::array<Compression, 9> kCompressions = {{{"\x1f\x8b"sv, "gzip", "gunzip"},
                                                       {"BZh"sv, "bzip2", "bunzip2"},
                                                       {"\xfd"
                                                        "7zXZ\0"sv,
                                                        "xz", "unxz"},
                                                       {"\x28\xb5\x2f\xfd"sv, "zstd", "unzstd"},
                                                       {"\x04\x22\x4d\x18"sv, "lz4", "unlz4"},
                                                       {"\x1f\x9d"sv, "compress", "uncompress"},
                                                       {"7z\xbc\xaf\x27\x1c"sv, "7z", "7z x"},
                                                       {"Rar!\x1a\x07"sv, "rar", "unrar"},
                                                       {"PK\x03\x04"sv, "zip", "unzip"}}};

struct Foreign {
  std::string_view signature;
  std::string_view name;
  std::string_view remedy;
};

constexpr std::string_view kPandas = "convert it with pandas: to_csv('data.csv', index=False)";
// Debian 12 has no library that reads these two.
constexpr std::string_view kParquet =
    "convert it, for instance with pandas: python3 -c \"import pandas; "
    "pandas.read_parquet('d.parquet').to_csv('d.csv', index=False)\"";
constexpr std::string_view kArrow =
    "convert it, for instance with pandas: python3 -c \"import pandas; "
    "pandas.read_feather('d.arrow').to_csv('d.csv', index=False)\"";
constexpr std::string_view kMatlab =
    "in MATLAB writematrix(A, 'data.csv'), or load it with SciPy or h5py (which sees its matrices transposed) and "
    "write "
    "X and y to HDF5";
constexpr std::string_view kSpreadsheet = "save the sheet as CSV";

constexpr std::array<Foreign, 25> kForeign = {
    {{"PAR1"sv, "Parquet", kParquet},
     {"ARROW1"sv, "Arrow or Feather", kArrow},
     {"FEA1"sv, "Feather", kArrow},
     {"ORC"sv, "ORC", kPandas},
     {"Obj\x01"sv, "Avro", kPandas},
     {"MATLAB 5.0 MAT-file"sv, "MATLAB 5", kMatlab},
     {"MATLAB 7.3 MAT-file"sv, "MATLAB 7.3", kMatlab},
     {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "Excel (.xls)", kSpreadsheet},
     {"SQLite format 3\0"sv, "SQLite", "export the table as CSV: sqlite3 -header -csv"},
     {"<stata_dta>"sv, "Stata", kPandas},
     {"$FL2"sv, "SPSS", kPandas},
     {"RDX2\n"sv, "R", "in R write.csv(d, 'data.csv', row.names = FALSE)"},
     {"RDX3\n"sv, "R", "in R write.csv(d, 'data.csv', row.names = FALSE)"},
     {"CDF\x01"sv, "NetCDF 3", "convert it to NetCDF 4, which is HDF5: nccopy -k nc4"},
     {"CDF\x02"sv, "NetCDF 3", "convert it to NetCDF 4, which is HDF5: nccopy -k nc4"},
     {"CDF\x05"sv, "NetCDF 3", "convert it to NetCDF 4, which is HDF5: nccopy -k nc4"},
     {"\x0e\x03\x13\x01"sv, "HDF4", "convert it to HDF5: h4toh5"},
     {"SIMPLE  ="sv, "FITS", "convert it with astropy and h5py"},
     {"%PDF"sv, "PDF", "save the table as CSV"},
     {"<?xml"sv, "XML", kPandas},
     {"<!doctype html"sv, "HTML", "was a web page saved in place of the file?"},
     {"<html"sv, "HTML", "was a web page saved in place of the file?"},
     {"version https://git-lfs"sv, "a Git LFS pointer", "fetch the data: git lfs pull"},
     {"LOCKSTEP"sv, "a Lockstep checkpoint", "name the data file it was trained on"},
     {"LOCKMODL"sv, "a Lockstep model", "name the data file it was trained on"}}};

/// "CSV and TSV, LIBSVM text, …"
std::string read_formats() {
  std::string files;
  for (const FormatRow& row : formats()) {
    files += (files.empty() ? "" : ", ") + std::string(row.files);
  }
  return files;
}

bool begins_with(std::string_view head, std::string_view signature) {
  return head.size() >= signature.size() && equals_ignoring_case(head.substr(0, signature.size()), signature);
}

[[noreturn]] void refuse(const std::string& path, std::string_view name, std::string_view remedy) {
  throw DataError(
      fmt::format("{}: {}, which is not a format it reads; {} (what is read: {})", path, name, remedy, read_formats()));
}

/// UTF-16 or UTF-32 by its byte order mark, or by every other byte being NUL; empty: neither.
std::string_view wide_encoding(std::string_view head) {
  if (head.starts_with("\xff\xfe\0\0"sv) || head.starts_with("\0\0\xfe\xff"sv)) {
    return "UTF-32";
  }
  if (head.starts_with("\xff\xfe"sv)) {
    return "UTF-16LE";
  }
  if (head.starts_with("\xfe\xff"sv)) {
    return "UTF-16BE";
  }
  head = head.substr(0, 1024);
  std::array<std::size_t, 2> nuls{};  // at even and odd places
  for (std::size_t i = 0; i < head.size(); ++i) {
    nuls[i % 2] += head[i] == '\0' ? 1 : 0;
  }
  const std::size_t most = head.size() / 2;
  if (most < 4 || nuls[0] + nuls[1] < most - most / 8) {
    return {};
  }
  return nuls[0] == 0 ? "UTF-16LE" : nuls[1] == 0 ? "UTF-16BE" : "";
}

bool has_lone_cr_only(std::string_view head) {
  return head.find('\n') == std::string_view::npos && head.find('\r') != std::string_view::npos &&
         head.find('\r') + 1 < head.size();
}

}  // namespace

std::string_view compression_of(std::string_view head) {
  for (const auto& [signature, name, program] : kCompressions) {
    if (!head.starts_with(signature)) {
      continue;
    }
    // bzip2: "BZh", a digit and the digits of π; "BZh9" alone could begin a header.
    const bool is_text = name == "bzip2" &&
                         !head.substr(std::min<std::size_t>(4, head.size())).starts_with("\x31\x41\x59\x26\x53\x59"sv);
    return is_text ? "" : name;
  }
  return {};
}

std::string_view program_against(std::string_view compression) {
  return std::ranges::find(kCompressions, compression, &Compression::name)->program;
}

void refuse_compression(const std::string& path, std::string_view compression, std::string_view head) {
  if (compression == "zip" && (path.ends_with(".xlsx") || head.find("[Content_Types].xml") != std::string_view::npos)) {
    refuse(path, "Excel (.xlsx)", kSpreadsheet);
  }
  throw DataError(fmt::format("{}: {} files cannot be read: decompress it first with {}", path, compression,
                              program_against(compression)));
}

void refuse_foreign_format(const std::string& path, std::string_view head) {
  for (const Foreign& foreign : kForeign) {
    if (begins_with(head, foreign.signature)) {
      refuse(path, foreign.name, foreign.remedy);
    }
  }
  // Protocols 2 to 5 of Python's pickle.
  if (head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) {
    refuse(path, "a Python pickle", kPandas);
  }
  if (const std::string_view encoding = wide_encoding(head); !encoding.empty()) {
    throw DataError(fmt::format("{}: text in {}; convert it: iconv -f {} -t UTF-8", path, encoding, encoding));
  }
  const std::size_t first = std::min(head.find_first_not_of(" \t\r\n"), head.size());
  if (head.substr(first).starts_with('{') || head.substr(first).starts_with("[{") ||
      head.substr(first).starts_with("[[")) {
    refuse(path, "JSON", kPandas);
  }
  if (begins_with(head.substr(first), "@relation")) {
    refuse(path, "ARFF", "remove the lines up to @data and write the names in one line");
  }
  if (has_lone_cr_only(head)) {
    throw DataError(path + ": lines end in lone CR (as on an old Macintosh); end them with LF: tr '\\r' '\\n'");
  }
}

}  // namespace lockstep
