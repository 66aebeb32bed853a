using Testbed.Explorer;
using Xunit;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Unit.Explorer.Detectors;

/// <summary>Reads of memory whose contents are undefined.</summary>
public sealed unsafe class PoisonTests
{
    [Fact]
    public void A_read_of_poisoned_memory_names_who_poisoned_it()
    {
        Failure failure = Fails(words => S.Read(words + 1));
        Assert.Matches(
            "^uninitialized read of words.1.: nothing was written there between\n"
            + "  thread 'main': poison at PoisonTests.cs:[0-9]+, holding no lock and\n"
            + "  thread 'main': read of 7 at PoisonTests.cs:[0-9]+, holding no lock",
            failure.Message);
    }

    [Fact]
    public void Each_way_to_read_is_reported()
    {
        Fails(words => S.VolatileRead(words + 1));
        Fails(words => S.RacyRead(words + 1));
        Fails(words => S.CompareExchange(words + 1, 1, 1));
        Fails(words => S.Add(words + 1, 1));
        Fails(words => S.Copy(words + 1, words + 8, 4));
        Fails(words => S.Read((byte*)words + 5));
        Fails(words => S.Read((long*)words));
    }

    [Fact]
    public void Each_way_to_write_makes_it_whole_again()
    {
        Passes(words => S.Write(words + 1, 1));
        Passes(words => S.VolatileWrite(words + 1, 1));
        Passes(words => S.RacyWrite(words + 1, 1));
        Passes(words => S.Zero(words, 16));
        Passes(words => S.Copy(words + 8, words + 1, 4));
    }

    [Fact]
    public void What_lies_beside_it_is_whole_and_half_a_write_is_not_enough()
    {
        Programs.Passes(() =>
        {
            int* words = Poisoned();
            _ = S.Read(words);
            _ = S.Read(words + 3);
        });
        Fails(words =>
        {
            S.Write((short*)(words + 1), (short)1);
            _ = S.Read(words + 1);
        });
    }

    [Fact]
    public void A_poison_races_as_a_write_does()
        => Programs.Fails(FailureKind.DataRace, () =>
        {
            int* words = S.Allocate<int>(16, "words");
            Programs.Both(() => S.Poison(words, 8), () => _ = S.Read(words));
        });

    private static Failure Fails(Access read)
        => Programs.Fails(FailureKind.UninitializedRead, () => read(Poisoned()));

    private static void Passes(Access write)
        => Programs.Passes(() =>
        {
            int* words = Poisoned();
            write(words);
            _ = S.Read(words + 1);
        });

    /// <summary>Words of which those with indices 1 and 2 are undefined.</summary>
    private static int* Poisoned()
    {
        int* words = S.Allocate<int>(16, "words");
        S.Write(words + 1, 7);
        S.Poison(words + 1, 8);
        return words;
    }

    private delegate void Access(int* words);
}
