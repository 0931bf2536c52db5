"""Words that say how something is asked, not what about. They are neither indexed nor searched."""

from __future__ import annotations

_ENGLISH = """
a an the and or of for to in on at with by from is are am was were be been do does did have has had i me my we our you
your it its this that these those there what which who how can could would will shall should may might must please some
any much many about if as so than then just want need like get got give show find looking look tell buy let us s t m d
ll re ve don got anything something hmm hm um uh er oh ah well ok okay hey hi hello thanks
"""

_CHINESE = """
的 了 吗 呢 吧 啊 呀 嘛 哦 我 我们 你 你们 您 他 她 它 这 那 这个 那个 这些 那些 是 有 在 和 与 跟 或 就 都 也 还 很
一个 一下 一款 一件 个 件 款 把 被 给 要 想 想要 想买 买 找 看 看看 请 请问 帮 帮我 能 可以 什么 怎么 怎样 如何 哪 哪个
哪里 哪些 多少 为什么 有没有 是不是 能不能 可不可以 推荐 要不要 会不会 需不需要 行不行 好不好 一条 一双 一只 一台 一盏
想买个 买个 买双 买条 买件 买台 来个 来一个 来 找个 找双 找条 有个 便宜 便宜点 嗎 個 這 這個 那個 買 買個 想買 請問 請 有沒有
什麼 怎麼 多少錢 哪裡 們 我們 你們 給 幫 幫我 還 沒 沒有 能不能 一套 一把 一张 一瓶 一支 一部 一本 条 双 只 台 盏 套 瓶 支 啥 咋 吗 么 嗯 呗 哈 诶 喂 亲 哎 啦 呃 你好 麻烦 谢谢 问下 问一下
"""

STOPWORDS = frozenset(_ENGLISH.split()) | frozenset(_CHINESE.split())
