using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace Testbed.Bench.MarkLoop.Twin;

/// <summary><c>MarkTermination</c> without the seam.</summary>
internal sealed unsafe class TwinTermination : IDisposable
{
    private const nuint LineBytes = 64;

    private readonly State* _state = (State*)NativeMemory.AlignedAlloc(LineBytes, LineBytes);

    internal bool Ended => Volatile.Read(ref _state->Idle) == _state->Workers;

    internal bool SomebodyIdle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _state->Idle != 0;
    }

    internal void Setup(int workers)
    {
        _state->Workers = workers;
        Volatile.Write(ref _state->Idle, 0);
    }

    internal void CountIdle()
    {
        int idle = Interlocked.Add(ref _state->Idle, 1);
        if (idle > _state->Workers)
        {
            throw new InvalidOperationException($"{idle} of {_state->Workers} mark workers are idle");
        }
    }

    internal void CountBusy()
    {
        int idle = Interlocked.Add(ref _state->Idle, -1);
        if (idle < 0)
        {
            throw new InvalidOperationException("a mark worker that was not idle counted itself busy");
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_state);

    private struct State
    {
        internal int Idle;
        internal int Workers;
    }
}
