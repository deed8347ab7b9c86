"""The fifteen collections of colours that every instance has, chosen for this program.

In each, any two categorical colours can be told apart with normal sight and with each of the three
kinds of colour blindness, and each stands out from white (3 to 1). Sequential palettes only get
darker; diverging ones are lightest in the middle. Tests measure all of that. Ids never change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StandardCollection:
    """Each palette is a text of colours; those of scales are at even distances."""

    label: str
    categorical: str
    sequential: tuple[str, ...]
    diverging: str

    @property
    def id(self) -> str:
        return self.label.lower()


STANDARD = (
    StandardCollection(
        "Belvedere",
        "#3370c7 #ea6a09 #742f25 #5c1e96 #c17ca4 #967dfa #00515e #b73305 #a74990 #0fa757",
        (
            "#e9f1fd #abcdfe #6a9fee #3e71bc #1d4682",
            "#e5f5e9 #a2dab5 #51b67a #14874e #075630",
            "#fdede1 #f5bc9d #e2805e #b14f42 #78292e",
        ),
        "#2158a7 #7ba6e6 #eef2f7 #db8f6c #953b00",
    ),
    StandardCollection(
        "Clear",
        "#224fa7 #d87a09 #8a0700 #bc6ce8 #8f5567 #6f226b #02a671 #c63807 #0a7da1 #7b52d3",
        (
            "#e9f1fd #afcbfe #719def #466fbd #254582",
            "#fbeee0 #f0c096 #dc8748 #ad5623 #772d11",
        ),
        "#2c56a8 #80a5e7 #eff2f7 #d5945e #864900",
    ),
    StandardCollection(
        "Harbour",
        "#02629c #d97925 #861501 #9284eb #7f5352 #059eb1 #a47574 #464266 #b64d14 #5978bb",
        (
            "#e6f2fc #a0d1fb #4fa6e9 #1777b8 #004b7a",
            "#dff5f6 #8bdadf #1bb3ba #118186 #075256",
        ),
        "#0e647f #50b2d6 #ecf3f6 #dd8d72 #98370c",
    ),
    StandardCollection(
        "Meadow",
        "#38853e #bd72d4 #57288f #075449 #8156c0 #4c9c93 #8c9510 #585e08 #945e7a #7c3b77",
        (
            "#e7f5e7 #abd9ac #67b36a #38853e #15561d",
            "#f1f2e0 #c4d399 #83ae53 #448335 #005724",
        ),
        "#006e30 #72b781 #eef3ef #ca8cc4 #84377f",
    ),
    StandardCollection(
        "Orchard",
        "#ba362e #8385fa #631e8a #c68704 #7e1e37 #e9617d #7672ad #545088 #7f48b6 #ab84bb",
        (
            "#fcece9 #f9b8ae #e47d70 #b14f45 #782a24",
            "#ecf3e2 #bfd49c #8cac4b #607e15 #3b5000",
        ),
        "#006e30 #72b781 #eef3ef #af95dd #68449c",
    ),
    StandardCollection(
        "Dusk",
        "#5d4099 #ea6744 #5991fc #970c02 #a47288 #ac5708 #64374c #885ed0 #d168c0 #416387",
        (
            "#f1edff #cec1f9 #a58de6 #7860b5 #4d387c",
            "#faebf8 #e2bbeb #b786db #7e5db1 #483a7e",
        ),
        "#554ba5 #9e9be4 #f1f1f7 #d5945e #864900",
    ),
    StandardCollection(
        "Ember",
        "#cd4805 #1a38a6 #7896c7 #7b1f45 #016893 #b5788a #915557 #4771e3 #664b07 #d87a09",
        (
            "#ffebe5 #f8baa4 #e2805e #af5331 #772d11",
            "#f7efdf #ebc393 #da8845 #ae542a #782b21",
        ),
        "#155aa7 #77a7e5 #eef2f7 #de8c77 #99351b",
    ),
    StandardCollection(
        "Glacier",
        "#358da5 #782445 #5954a1 #866870 #044a7d #6a72c0 #6995df #3c6e93 #759488 #6b4f57",
        (
            "#e0f4fb #90d7ee #12b0d4 #017e9a #065062",
            "#eaf0fd #b2cafe #769cef #4c6ebd #2a4483",
        ),
        "#00638a #5cafdd #edf3f6 #df8b7d #9a3326",
    ),
    StandardCollection(
        "Slate",
        "#3e4e63 #bc8959 #6877b0 #876e2c #5d4304 #3d9bac #888376 #8b4d38 #10777c #555b93",
        (
            "#e8f1fd #a9cefd #64a1ee #3772bb #164781",
            "#faeedf #e9c491 #cd9130 #986603 #614007",
        ),
        "#155aa7 #77a7e5 #eef2f7 #cb9b55 #79520a",
    ),
    StandardCollection(
        "Terrace",
        "#a95d3a #2086a6 #7f1f29 #c48725 #0b5f86 #814802 #8a9167 #17524e #09a198 #0e7a6d",
        (
            "#ffece4 #f7bba1 #e08256 #ae5528 #762f05",
            "#dff5f5 #8cdbda #1db4b4 #138282 #085253",
        ),
        "#00686c #3fb8be #ecf3f4 #db8f6c #953b00",
    ),
    StandardCollection(
        "Festival",
        "#d0268c #633f01 #bc8d0d #936afe #4e2999 #4d7800 #90055a #8f2fc4 #0398cd #ea6179",
        (
            "#fdeaf2 #f3b6d2 #da7baa #a84e7c #712a50",
            "#ebf0fd #c0c6fd #9e8fe9 #7e5db1 #5a3373",
        ),
        "#3d52a8 #8ba1e7 #f0f2f7 #d689ae #913266",
    ),
    StandardCollection(
        "Vineyard",
        "#812258 #8f9407 #708df7 #482f97 #c54868 #05752d #705dc8 #cc6cc0 #524806 #9b3e91",
        (
            "#fdeaf2 #f3b6d2 #da7baa #a84e7c #712a50",
            "#ebf4e3 #bad5a0 #83ae53 #588021 #345203",
        ),
        "#436803 #8fb26a #f0f3ed #d489b4 #8e336c",
    ),
    StandardCollection(
        "Lagoon",
        "#018d87 #7b1658 #b5900a #806504 #4c4a0b #ce5859 #054b7a #973f51 #406d94 #0895da",
        (
            "#dff6f3 #8ddbd6 #08b6af #00837e #0a534f",
            "#e1f6ef #8cdbd7 #01b3c5 #0e7d9c #024d73",
        ),
        "#0b6677 #46b5ce #ecf3f5 #df8b7d #9a3326",
    ),
    StandardCollection(
        "Saffron",
        "#b7810f #1f3c9c #733301 #5b70d8 #9e8abf #00a66d #1d6f60 #9256a0 #a44c06 #5b3862",
        (
            "#f9efdf #e7c591 #ca932e #966700 #5f4105",
            "#f9efdf #eec195 #dc8649 #ae532d #782b21",
        ),
        "#5c48a2 #a399e2 #f1f1f7 #cf9957 #7e4f04",
    ),
    StandardCollection(
        "Heather",
        "#8e5b99 #155700 #1ca477 #6c2768 #616f50 #b182b5 #808c1c #56489b #5d74c7 #6d4d5d",
        (
            "#f7ebfa #e2bbeb #c282d0 #9256a0 #61306c",
            "#e6f5e8 #a7d9b0 #5cb572 #298646 #005724",
        ),
        "#733f94 #b992d6 #f3f0f6 #81b575 #266c12",
    ),
)
DEFAULT = STANDARD[0].id
