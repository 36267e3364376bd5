package org.osteon.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Native code and the JDK take and refuse the same ECDSA values. */
class EcdsaVerifierTest {
    private static final byte[] MESSAGE = "2026-11-22T15:03:05.020279+00:00".getBytes(StandardCharsets.US_ASCII);

    private static EcdsaVerifier corretto;

    @BeforeAll
    static void load() {
        boolean brought = List.of("amd64", "aarch64").contains(System.getProperty("os.arch"))
                && "Linux".equals(System.getProperty("os.name"));
        assumeTrue(brought, "the build brings native code for Linux on x86-64 and arm64 only");
        corretto = EcdsaVerifier.ofNative(EcdsaVerifier.CORRETTO).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void bothTakeWhatEitherSigned(String curve) throws Exception {
        // Given
        SigningKey key = key(curve);
        String spki = key.publicKey().spki();

        for (int i = 0; i < 5; i++) {
            // When
            byte[] value = key.signRaw(MESSAGE);

            // Then
            assertThat(EcdsaVerifier.ofJdk().verifies(spki, MESSAGE, value)).isTrue();
            assertThat(corretto.verifies(spki, MESSAGE, value)).isTrue();
        }
        assertThat(corretto.curveBits(spki)).isEqualTo(Integer.parseInt(curve.substring(4, 7)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1"})
    void bothRefuseEveryAlteredByte(String curve) throws Exception {
        // Given
        SigningKey key = key(curve);
        byte[] value = key.signRaw(MESSAGE);

        // When / Then
        for (int at = 0; at < value.length; at++) {
            byte[] altered = value.clone();
            altered[at] ^= (byte) (1 << at % 8);
            assertBoth(key, altered, false);
        }
        byte[] other = MESSAGE.clone();
        other[3] ^= 1;
        assertThat(corretto.verifies(key.publicKey().spki(), other, value)).isFalse();
        assertThat(corretto.verifies(key("secp384r1").publicKey().spki(), MESSAGE, value))
                .isFalse();
    }

    @Test
    void bothDecideAlikeAboutNumbersAtTheEdges() throws Exception {
        // Given
        SigningKey key = key("secp384r1");
        BigInteger order =
                ((ECPublicKey) key.publicKey().publicKey()).getParams().getOrder();
        BigInteger[] signed = numbers(key.signRaw(MESSAGE));
        BigInteger r = signed[0];
        BigInteger s = signed[1];

        // When / Then
        assertBoth(key, der(r, s), true);
        assertBoth(key, der(r, order.subtract(s)), true);
        for (BigInteger wrong : List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                order,
                order.add(BigInteger.ONE),
                order.subtract(BigInteger.ONE),
                BigInteger.TWO.pow(384),
                BigInteger.TWO.pow(900))) {
            assertBoth(key, der(wrong, s), false);
            assertBoth(key, der(r, wrong), false);
        }
        assertBoth(key, der(r.add(order), s), false);
        assertBoth(key, der(r, s.add(order)), false);
    }

    @Test
    void bothRefuseWhatIsNotStrictDer() throws Exception {
        // Given: numbers of which one begins with a byte that needs no padding and one that does
        SigningKey key = key("secp384r1");
        byte[] value = key.signRaw(MESSAGE);
        while (numbers(value)[0].bitLength() != 384 || numbers(value)[1].bitLength() >= 384) {
            value = key.signRaw(MESSAGE);
        }
        byte[] r = numbers(value)[0].toByteArray();
        byte[] s = numbers(value)[1].toByteArray();

        // When
        List<byte[]> wrong = new ArrayList<>();
        for (int length = 0; length < value.length; length++) {
            wrong.add(Arrays.copyOf(value, length));
        }
        wrong.add(Arrays.copyOf(value, value.length + 1));
        wrong.add(sequence(0x30, integer(Arrays.copyOfRange(r, 1, r.length)), integer(s)));
        wrong.add(sequence(0x30, integer(r), integer(prepended(s))));
        wrong.add(sequence(0x31, integer(r), integer(s)));
        wrong.add(sequence(0x30, integer(r), integer(s), integer(s)));
        wrong.add(sequence(0x30, integer(r)));
        wrong.add(sequence(0x30, integer(r), new byte[] {2, 0}));
        wrong.add(sequence(0x30, integer(r), sequence(4, s)));
        wrong.add(longLength(value));
        wrong.add(indefinite(value));

        // Then
        assertBoth(key, sequence(0x30, integer(r), integer(s)), true);
        for (byte[] bytes : wrong) {
            assertBoth(key, bytes, false);
        }
    }

    @Test
    void aKeyThatCannotBeReadTakesNothing() {
        assertThat(corretto.verifies("AAAA", MESSAGE, new byte[72])).isFalse();
        assertThat(corretto.curveBits("AAAA")).isZero();
    }

    @Test
    void theJdkDoesItWhereNoNativeCodeIs() {
        assertThat(EcdsaVerifier.ofNative("org.osteon.NoSuchProvider")).isEmpty();
        assertThat(EcdsaVerifier.ofNative("java.lang.Object")).isEmpty();
    }

    @Test
    void theJdkDoesItWhereTheNativeLibraryDoesNotLoad(@TempDir Path folder) throws Exception {
        // Given: a Java in which the library cannot be unpacked, for there is a file where its folder would be
        Path file = Files.writeString(folder.resolve("file"), "");
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Dcom.amazon.corretto.crypto.provider.tmpdir=" + file,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EcdsaVerifierTest.class.getName())
                .redirectErrorStream(true)
                .start();

        // When
        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        // Then
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("native false, holds true");
    }

    /** Says whether this Java chose native code, and whether a good signature holds. */
    public static void main(String[] arguments) {
        EcdsaVerifier.preferNative();
        SigningKey key = SigningKey.ecdsaP384();
        System.out.println("native " + (EcdsaVerifier.inUse() != EcdsaVerifier.ofJdk()) + ", holds "
                + key.publicKey().verifiesRaw(MESSAGE, key.signRaw(MESSAGE)));
    }

    private static void assertBoth(SigningKey key, byte[] value, boolean expected) {
        String spki = key.publicKey().spki();
        assertThat(EcdsaVerifier.ofJdk().verifies(spki, MESSAGE, value))
                .as("the JDK on %s", new BigInteger(1, value).toString(16))
                .isEqualTo(expected);
        assertThat(corretto.verifies(spki, MESSAGE, value))
                .as("native code on %s", new BigInteger(1, value).toString(16))
                .isEqualTo(expected);
    }

    private static SigningKey key(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair pair = generator.generateKeyPair();
        return SigningKey.of(Scheme.ECDSA_SHA256, pair);
    }

    private static BigInteger[] numbers(byte[] value) {
        int first = value[1] == (byte) 0x81 ? 3 : 2;
        int second = first + 2 + value[first + 1];
        return new BigInteger[] {
            new BigInteger(Arrays.copyOfRange(value, first + 2, second)),
            new BigInteger(Arrays.copyOfRange(value, second + 2, value.length))
        };
    }

    private static byte[] der(BigInteger r, BigInteger s) {
        return sequence(0x30, integer(r.toByteArray()), integer(s.toByteArray()));
    }

    private static byte[] integer(byte[] number) {
        return sequence(2, number);
    }

    private static byte[] prepended(byte[] number) {
        byte[] longer = new byte[number.length + 1];
        System.arraycopy(number, 0, longer, 1, number.length);
        return longer;
    }

    private static byte[] sequence(int tag, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (body.size() > 0x7f) {
            out.write(0x81);
        }
        out.write(body.size());
        out.writeBytes(body.toByteArray());
        return out.toByteArray();
    }

    private static byte[] longLength(byte[] value) {
        byte[] longer = new byte[value.length + 1];
        longer[0] = value[0];
        longer[1] = (byte) 0x81;
        System.arraycopy(value, 1, longer, 2, value.length - 1);
        return longer;
    }

    private static byte[] indefinite(byte[] value) {
        byte[] longer = Arrays.copyOf(value, value.length + 2);
        longer[1] = (byte) 0x80;
        return longer;
    }
}
