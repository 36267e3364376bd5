package org.osteon.adapters.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
    private static final TableSchema SCHEMA = new TableSchema(
            "t",
            List.of(
                    new TableColumn("patient", ColumnKind.STRING, "pseudonym"),
                    new TableColumn("number", ColumnKind.DOUBLE, "keep"),
                    new TableColumn("whole", ColumnKind.INT64, "keep"),
                    new TableColumn("truth", ColumnKind.BOOLEAN, "keep"),
                    new TableColumn("bytes", ColumnKind.BYTES, "keep")));

    @TempDir
    Path folder;

    @Test
    void rowsComeBackAsTheyWere() throws IOException {
        List<@Nullable Object[]> rows = rows(5000);
        Path file = write("a.parquet", rows);

        List<@Nullable Object[]> read = new ArrayList<>();
        TableReader.read(file, SCHEMA.columns(), read::add);

        assertThat(read).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(read.get(i)).isEqualTo(rows.get(i));
        }
    }

    @Test
    void anotherReaderFindsTheSame() throws IOException, SQLException {
        List<@Nullable Object[]> rows = rows(5000);
        Path file = write("a.parquet", rows);

        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                PreparedStatement query = duckdb.prepareStatement(
                        "SELECT patient, number, whole, truth, octet_length(bytes) FROM read_parquet(?)")) {
            query.setString(1, file.toString());
            try (ResultSet found = query.executeQuery()) {
                for (@Nullable Object[] row : rows) {
                    assertThat(found.next()).isTrue();
                    assertThat(new @Nullable Object[] {
                                found.getObject(1), found.getObject(2), found.getObject(3), found.getObject(4)
                            })
                            .isEqualTo(Arrays.copyOf(row, 4));
                    assertThat(found.getObject(5))
                            .isEqualTo(row[4] instanceof byte[] bytes ? (long) bytes.length : null);
                }
                assertThat(found.next()).isFalse();
            }
        }
    }

    @Test
    void someColumnsInAnotherOrder() throws IOException {
        Path file = write("a.parquet", rows(10));

        List<@Nullable Object[]> read = new ArrayList<>();
        TableReader.read(file, List.of(SCHEMA.columns().get(2), SCHEMA.columns().get(0)), read::add);

        assertThat(read.get(3)[1]).isEqualTo(rows(10).get(3)[0]);
    }

    @Test
    void theSameRowsGiveTheSameBytesAndNoMetadataOfOurs() throws IOException {
        Path one = write("a.parquet", rows(3000));
        Path other = write("b.parquet", rows(3000));

        assertThat(one).hasSameBinaryContentAs(other);
        try (ParquetFileReader reader = ParquetFileReader.open(
                new LocalInputFile(one),
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build())) {
            assertThat(reader.getFooter().getFileMetaData().getKeyValueMetaData())
                    .isEmpty();
            assertThat(reader.getFooter().getFileMetaData().getCreatedBy()).startsWith("parquet-mr version");
        }
        assertThat(new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1))
                .doesNotContain(folder.toString(), System.getProperty("user.name") + "@");
    }

    @Test
    void refusesRowsThatDoNotFit() throws IOException {
        try (TableWriter writer = new TableWriter(folder.resolve("x.parquet"), SCHEMA)) {
            assertThatThrownBy(() -> writer.write(new @Nullable Object[] {null, 1.0, 1L, true, null}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.write(new @Nullable Object[] {"p", 1L, 1L, true, null}))
                    .hasMessageContaining("number");
            assertThatThrownBy(() -> writer.write(new @Nullable Object[] {"p"}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aBrokenFileIsAnIoException() throws IOException {
        byte[] good = Files.readAllBytes(write("a.parquet", rows(300)));
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            byte[] bad = good.clone();
            for (int j = 0; j < 5; j++) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Path file = folder.resolve("bad-" + i);
            Files.write(file, bad);
            try {
                TableReader.read(file, SCHEMA.columns(), row -> {});
            } catch (IOException e) {
                assertThat(e).isNotNull();
            }
        }
    }

    private Path write(String name, List<@Nullable Object[]> rows) throws IOException {
        Path file = folder.resolve(name);
        try (TableWriter writer = new TableWriter(file, SCHEMA)) {
            for (@Nullable Object[] row : rows) {
                writer.write(row);
            }
        }
        return file;
    }

    private static List<@Nullable Object[]> rows(int count) {
        Random random = new Random(7);
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[random.nextInt(50)];
            random.nextBytes(bytes);
            rows.add(new @Nullable Object[] {
                "病人-" + random.nextInt(500),
                random.nextInt(9) == 0 ? null : (Double) random.nextGaussian(),
                random.nextInt(9) == 0 ? null : (Long) random.nextLong(),
                random.nextInt(9) == 0 ? null : (Boolean) random.nextBoolean(),
                random.nextInt(9) == 0 ? null : bytes
            });
        }
        return rows;
    }
}
