import { holdExercises } from "./hold-exercises.js";
import * as answers from "./intelligence-answers.js";

holdExercises("5.2", answers);
