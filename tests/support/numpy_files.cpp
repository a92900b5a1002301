#include "support/numpy_files.h"

#include <zlib.h>

namespace lockstep::testing {

std::string little_endian(std::uint64_t number, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) {
    bytes += static_cast<char>(number >> (8 * i));
  }
  return bytes;
}

std::string npy_with_header(std::string header, const std::string& values, char major) {
  const int width = major == 1 ? 2 : 4;
  while ((8U + static_cast<unsigned>(width) + header.size() + 1) % 64 != 0) {
    header += ' ';
  }
  header += '\n';
  return std::string("\x93NUMPY") + major + '\0' + little_endian(header.size(), width) + header + values;
}

std::string npy_file(const std::string& type, const std::string& shape, const std::string& values, bool is_fortran) {
  return npy_with_header(
      "{'descr': '" + type + "', 'fortran_order': " + (is_fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
      values);
}

std::string deflated(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zip_file(const std::vector<std::pair<std::string, std::string>>& members, bool is_deflated, bool is_zip64) {
  std::string file;
  std::string directory;
  for (const auto& [name, bytes] : members) {
    const std::string packed = is_deflated ? deflated(bytes) : bytes;
    const std::string begin =
        little_endian(is_zip64 ? 45 : 20, 2) + little_endian(0, 2) + little_endian(is_deflated ? 8 : 0, 2) +
        little_endian(0, 4) +
        little_endian(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
    const std::string sizes =
        is_zip64 ? std::string(8, '\xff') : little_endian(packed.size(), 4) + little_endian(bytes.size(), 4);
    std::string extra;
    if (is_zip64) {
      extra = little_endian(1, 2) + little_endian(24, 2) + little_endian(bytes.size(), 8) +
              little_endian(packed.size(), 8) + little_endian(file.size(), 8);
    }
    directory += "PK\x01\x02" + little_endian(45, 2) + begin + sizes + little_endian(name.size(), 2) +
                 little_endian(extra.size(), 2) + std::string(10, '\0') +
                 (is_zip64 ? std::string(4, '\xff') : little_endian(file.size(), 4)) + name + extra;
    file += "PK\x03\x04" + begin + sizes + little_endian(name.size(), 2) + little_endian(0, 2) + name + packed;
  }
  const std::string counts = little_endian(members.size(), 2) + little_endian(members.size(), 2);
  std::string end;
  if (is_zip64) {
    const std::uint64_t record = file.size() + directory.size();
    end = "PK\x06\x06" + little_endian(44, 8) + std::string(12, '\0') + little_endian(members.size(), 8) +
          little_endian(members.size(), 8) + little_endian(directory.size(), 8) + little_endian(file.size(), 8) +
          "PK\x06\x07" + little_endian(0, 4) + little_endian(record, 8) + little_endian(1, 4);
  }
  end += std::string("PK\x05\x06") + std::string(4, '\0') + counts +
         (is_zip64 ? std::string(8, '\xff') : little_endian(directory.size(), 4) + little_endian(file.size(), 4)) +
         std::string(2, '\0');
  return file + directory + end;
}

}  // namespace lockstep::testing
