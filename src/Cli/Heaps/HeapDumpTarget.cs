using Testbed.Models.Dumps;
using Testbed.Sync;

namespace Testbed.Cli.Heaps;

/// <summary>The file of <c>--heap-dump</c>: what a world's heap holds after one of its collections.</summary>
/// <param name="path">Where it is to be.</param>
/// <param name="after">The number of the collection.</param>
internal sealed class HeapDumpTarget(string path, long after)
{
    private string? _problem = $"there were fewer than {after} collections";

    /// <summary>Makes sure before a long run that the file can be written.</summary>
    /// <exception cref="InputException">It cannot.</exception>
    public void RequireWritable()
    {
        try
        {
            File.Create(path).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"--heap-dump: '{path}' cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Writes the dump, if this was the collection; while the world is stopped. The run goes on if it cannot.</summary>
    /// <param name="world">The world.</param>
    /// <param name="collection">The collection that has ended.</param>
    public void CollectionEnded(NativeWorld world, long collection)
    {
        if (collection != after)
        {
            return;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
            using var buffered = new BufferedStream(file, 1 << 16);
            new HeapDumpWriter<NativeSync>(world).Write(buffered, collection);
            _problem = null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _problem = $"'{path}' cannot be written: {failure.Message}";
        }
    }

    /// <summary>Makes sure that it was written, after the run.</summary>
    /// <exception cref="InputException">It was not.</exception>
    public void RequireWritten()
    {
        if (_problem is not null)
        {
            throw new InputException($"--heap-dump: {_problem}");
        }
    }
}
