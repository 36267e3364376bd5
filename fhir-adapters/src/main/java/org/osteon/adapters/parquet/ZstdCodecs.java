package org.osteon.adapters.parquet;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Zstandard, and nothing else, for Parquet pages; stands in for the factory that needs a Hadoop configuration. */
final class ZstdCodecs implements CompressionCodecFactory {
    private static final int LEVEL = 3;

    /** Largest page after decompression that is read, in bytes. */
    private static final int MAX_PAGE = 1 << 30;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        check(codec);
        return new Compressor();
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        check(codec);
        return new Decompressor();
    }

    @Override
    public void release() {}

    private static void check(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD) {
            throw new UnsupportedOperationException("snapshot tables are compressed by ZSTD only, not " + codec);
        }
    }

    private static final class Compressor implements BytesInputCompressor {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return BytesInput.from(Zstd.compress(bytes.toByteArray(), LEVEL));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {}
    }

    private static final class Decompressor implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
            return BytesInput.from(plain(bytes.toByteArray(), decompressedSize));
        }

        @Override
        public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
                throws IOException {
            byte[] compressed = new byte[compressedSize];
            input.get(compressed);
            output.put(plain(compressed, decompressedSize));
        }

        @Override
        public void release() {}

        private static byte[] plain(byte[] compressed, int size) throws IOException {
            if (size < 0 || size > MAX_PAGE) {
                throw new IOException("a page claims " + size + " bytes");
            }
            byte[] plain = new byte[size];
            long written = Zstd.decompressByteArray(plain, 0, size, compressed, 0, compressed.length);
            if (Zstd.isError(written) || written != size) {
                throw new IOException("a page does not decompress to its " + size + " bytes");
            }
            return plain;
        }
    }
}
