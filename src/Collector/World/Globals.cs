using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// The two root areas outside stacks and heap, every word a pointer or null. The seed's <c>data</c> and <c>bss</c>
/// with their programs <c>gcdata</c> and <c>gcbss</c>.
/// </summary>
/// <remarks>Mutators order their accesses to a word among themselves; the collector reads while the world is stopped.</remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class Globals<TSync> : IDisposable
    where TSync : struct, ISync
{
    internal Globals(WorldOptions options)
    {
        DataWords = options.DataWords;
        BssWords = options.BssWords;
        Data = TSync.Allocate<nint>((nuint)DataWords, "data");
        Bss = TSync.Allocate<nint>((nuint)BssWords, "bss");
    }

    /// <summary>The first word of the area with initial values.</summary>
    internal nint* Data { get; }

    /// <summary>How many words it has.</summary>
    internal int DataWords { get; }

    /// <summary>The first word of the area that starts zeroed.</summary>
    internal nint* Bss { get; }

    /// <summary>How many words it has.</summary>
    internal int BssWords { get; }

    /// <summary>Frees both areas.</summary>
    public void Dispose()
    {
        TSync.Free(Data);
        TSync.Free(Bss);
    }
}
